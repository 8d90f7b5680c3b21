"""Draw every figure whose script, or the style it draws with, has changed since its SVG was made.

Usage: python content/figures/draw.py [--all]
"""

import hashlib
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def stale(script):
    """Tell whether a drawing is missing, or was made from other bytes than the script and the style have now."""
    drawing = script.with_suffix(".svg")
    parts = [script.read_bytes(), (FOLDER / "style.py").read_bytes()]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return not drawing.is_file() or digest not in drawing.read_text(encoding="utf-8")[:200]


def main():
    """Run the scripts that need it, one after the other; stop at the first that fails."""
    scripts = [path for path in sorted(FOLDER.glob("*.py")) if path.stem not in ("style", "draw")]
    due = [script for script in scripts if "--all" in sys.argv or stale(script)]
    for number, script in enumerate(due, start=1):
        print(f"[{number}/{len(due)}] {script.stem}", flush=True)
        subprocess.run([sys.executable, script], check=True)
    print(f"{len(due)} drawn, {len(scripts) - len(due)} fresh")


if __name__ == "__main__":
    main()
