"""Draw every figure of a book whose script, or the style it draws with, has changed since its SVG was made.

Only the scripts of figures run, and what they import is the book's style, if it has one, and installed libraries: a file
that lies beside them is never taken for a library, whatever it is called.

Usage: python draw_figures.py [--all] [BOOK]
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

import yaml

RUN = """
import runpy, sys
from importlib.util import module_from_spec, spec_from_file_location
script, *styles = sys.argv[1:]
for style in styles:
    spec = spec_from_file_location("style", style)
    sys.modules["style"] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules["style"])
runpy.run_path(script, run_name="__main__")
"""


def scripts(folder):
    """Return the scripts that the records of figures name."""
    records = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml")))
    names = dict.fromkeys(record.get("script") for record in records)
    return [folder / f"{name}.py" for name in names if name and Path(name).name == name]


def is_stale(script, styles):
    """Tell whether a drawing is missing, or was made from other bytes than the script and the style have now."""
    drawing = script.with_suffix(".svg")
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in (script, *styles))).hexdigest()
    return not drawing.is_file() or digest not in drawing.read_text(encoding="utf-8")[:1000]


def main():
    """Run the scripts that need it, one after the other; stop at the first that fails."""
    parser = argparse.ArgumentParser(description="Draw the figures of a book whose scripts have changed.")
    parser.add_argument("book", nargs="?", type=Path, default=Path("content"), help="folder that holds book.yaml")
    parser.add_argument("--all", action="store_true", help="draw fresh ones too")
    asked = parser.parse_args()
    if not (asked.book / "book.yaml").is_file():
        parser.error(f"no book.yaml in {asked.book}")
    folder = asked.book.resolve() / "figures"
    styles = [folder / "style.py"] if (folder / "style.py").is_file() else []
    found = scripts(folder)
    if missing := [script.name for script in found if not script.is_file()]:
        parser.error(f"no script {', '.join(missing)} in {asked.book / 'figures'}")
    due = [script for script in found if asked.all or is_stale(script, styles)]
    for number, script in enumerate(due, start=1):
        print(f"[{number}/{len(due)}] {script.stem}", flush=True)
        subprocess.run([sys.executable, "-P", "-c", RUN, script, *styles], check=True)
    print(f"{len(due)} drawn, {len(found) - len(due)} fresh")


if __name__ == "__main__":
    main()
