"""Draw every figure whose script, or the style it draws with, has changed since its SVG was made.

Only the scripts of figures run, and what they import is the style and installed libraries: a file that lies beside
them is never taken for a library, whatever it is called.

Usage: python content/figures/draw.py [--all]
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent
STYLE = FOLDER / "style.py"
RUN = """
import runpy, sys
from importlib.util import module_from_spec, spec_from_file_location
style, script = sys.argv[1:]
spec = spec_from_file_location("style", style)
sys.modules["style"] = module_from_spec(spec)
spec.loader.exec_module(sys.modules["style"])
runpy.run_path(script, run_name="__main__")
"""


def scripts():
    """Return the scripts that the records of figures name."""
    records = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml")))
    return [FOLDER / f"{name}.py" for name in dict.fromkeys(record.get("script") for record in records) if name]


def stale(script):
    """Tell whether a drawing is missing, or was made from other bytes than the script and the style have now."""
    drawing = script.with_suffix(".svg")
    digest = hashlib.sha256(b"\0".join([script.read_bytes(), STYLE.read_bytes()])).hexdigest()
    return not drawing.is_file() or digest not in drawing.read_text(encoding="utf-8")[:200]


def main():
    """Run the scripts that need it, one after the other; stop at the first that fails."""
    found = scripts()
    due = [script for script in found if "--all" in sys.argv or stale(script)]
    for number, script in enumerate(due, start=1):
        print(f"[{number}/{len(due)}] {script.stem}", flush=True)
        subprocess.run([sys.executable, "-P", "-c", RUN, STYLE, script], check=True)
    print(f"{len(due)} drawn, {len(found) - len(due)} fresh")


if __name__ == "__main__":
    main()
