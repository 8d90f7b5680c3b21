"""One style for every figure of the book, and the one way to save a drawing.

A figure's script builds a matplotlib figure with `canvas` and ends with `save(figure, __file__)`.
"""

import hashlib
import io
import re
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib import font_manager

INK, SOFT, ACCENT, WARM, LIGHT = "#6d777c", "#7c888e", "#128190", "#b26029", "#82959c"
"""Mid-tones, so that lines and labels stand out on white paper and on a black screen alike."""
MARKERS = ("o", "s", "^", "D")
WIDTH = 4.96
"""Width of the text column in inches (126 mm)."""

for name in ("SourceSans3-Regular.ttf", "SourceSans3-Bold.ttf", "SourceSans3-It.ttf"):
    font_manager.fontManager.addfont(str(files("emboss") / "fonts" / name))

mpl.rcParams.update({
    "font.family": "Source Sans 3", "font.size": 9, "mathtext.fontset": "stix", "svg.fonttype": "path", "svg.hashsalt": "guidepress",
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none",
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": SOFT, "xtick.color": INK, "ytick.color": INK,
    "axes.linewidth": 0.7, "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.major.size": 3, "ytick.major.size": 3,
    "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 1.7, "lines.markersize": 4.5,
    "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.labelsize": 9,
    "axes.prop_cycle": mpl.cycler(color=[ACCENT, WARM, INK, LIGHT], linestyle=["-", "--", "-.", ":"]),
    "legend.frameon": False, "path.simplify": True,
})  # fmt: skip


def canvas(rows=1, columns=1, height=2.5, **options):
    """Return a figure as wide as the text column, and its axes."""
    return plt.subplots(rows, columns, figsize=(WIDTH, height), layout="constrained", **options)


def save(figure, script):
    """Write the figure beside its script as plain SVG with rounded coordinates and the digest it was drawn from."""
    script = Path(script)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = buffer.getvalue()
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.S)
    # Glyphs are scaled by small factors: rounding those would change the size of the lettering.
    svg = re.sub(r"scale\([^)]*\)|-?\d+\.\d{3,}", lambda m: m[0] if m[0].startswith("scale") else f"{float(m[0]):.2f}".rstrip("0").rstrip("."), svg)
    svg = re.sub(r"\n\s*\n+", "\n", svg).strip()
    parts = [script.read_bytes(), Path(__file__).read_bytes()]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
    script.with_suffix(".svg").write_text(f"<!-- drawn from sha256:{digest} -->\n{svg}\n", encoding="utf-8")
    plt.close(figure)
