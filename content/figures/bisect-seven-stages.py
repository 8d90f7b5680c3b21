from matplotlib.patches import FancyBboxPatch
from style import ACCENT, INK, SOFT, WARM, canvas, save

stages = [("Ingest", "row count,\nfreshness", 3), ("Validate", "schema,\nranges,\nmissing", 2), ("Features", "unique\nkeys, no\nfuture", 3),
          ("Train", "first loss,\ngradient\nnorms", 1), ("Evaluate", "beats\nbaseline,\nslices", 3), ("Package", "reloads to\nthe same\nscores", 2),
          ("Serve", "same as\noffline", 0)]  # fmt: skip
figure, axes = canvas(height=2.1)
for n, (stage, check, order) in enumerate(stages):
    axes.add_patch(FancyBboxPatch((n + 0.04, 0.72), 0.7, 0.3, boxstyle="round,pad=0,rounding_size=0.05", fill=False, edgecolor=SOFT, lw=1))
    axes.text(n + 0.39, 0.87, stage, ha="center", va="center", fontsize=8, fontweight="bold")
    if n < 6:
        axes.annotate("", (n + 1.05, 0.87), (n + 0.73, 0.87), arrowprops={"arrowstyle": "->", "color": SOFT, "lw": 1, "shrinkA": 0, "shrinkB": 0})
    x = n + 0.39
    color = (INK, WARM, ACCENT, INK)[order]
    axes.plot([x, x], [0.70, 0.30], color=color, lw=0.9, ls=("-", "-", "--", ":")[order])
    axes.text(x, 0.27, check, ha="center", va="top", fontsize=8, color=color, linespacing=1.1)
    if order:
        axes.text(x + 0.07, 0.5, ("1st", "2nd", "3rd")[order - 1], va="center", fontsize=9, color=color, fontweight="bold" if order == 1 else "normal")
axes.text(6.46, 0.5, "wrong", va="center", fontsize=8, color=INK)
axes.set(xlim=(-0.02, 6.95), ylim=(-0.28, 1.06))
axes.axis("off")
save(figure, __file__)
