from matplotlib.patches import FancyBboxPatch
from style import ACCENT, INK, SOFT, WARM, canvas, save

steps = [("Registry", "0%", "version and\nlineage"), ("CI tests", "0%", "golden set,\nload, schema"), ("Staging", "0%", "starts, scales,\nrolls back"),
         ("Shadow", "0%", "parity,\nlatency"), ("Canary", "1, 10, 50%", "errors,\nguardrails"), ("Full", "100%", "long-run\noutcome")]  # fmt: skip
figure, axes = canvas(height=2.5)
for n, (name, share, gate) in enumerate(steps):
    live = n > 3
    axes.add_patch(FancyBboxPatch((n + 0.06, 0.5), 0.72, 0.3, boxstyle="round,pad=0,rounding_size=0.05", fill=False,
                                  edgecolor=ACCENT if live else SOFT, lw=1.6 if live else 1, ls="-" if live else "--"))  # fmt: skip
    axes.text(n + 0.42, 0.65, name, ha="center", va="center", fontweight="bold")
    axes.text(n + 0.42, 0.94, share, ha="center", va="center", color=ACCENT if live else INK)
    axes.text(n + 0.42, 0.42, gate, ha="center", va="top", fontsize=8, linespacing=1.1)
    if n < 5:
        axes.annotate("", (n + 1.07, 0.65), (n + 0.77, 0.65), arrowprops={"arrowstyle": "->", "color": SOFT, "lw": 1, "shrinkA": 0, "shrinkB": 0})
axes.text(0.06, 1.16, "Users who see the answers", fontsize=9, color=INK)
axes.plot([0.06, 5.78], [1.07, 1.07], color=SOFT, lw=0.6)
for x in (4.42, 5.42):
    axes.plot([x, x], [0.15, -0.06], color=WARM, lw=1.2, ls="--")
axes.plot([5.42, 3.05], [-0.06, -0.06], color=WARM, lw=1.2, ls="--")
axes.annotate("", (2.95, -0.06), (3.15, -0.06), arrowprops={"arrowstyle": "->", "color": WARM, "lw": 1.2, "shrinkA": 0, "shrinkB": 0})
axes.text(2.88, -0.06, "roll back: the old version, still warm", color=WARM, ha="right", va="center")
axes.set(xlim=(0, 5.84), ylim=(-0.16, 1.28))
axes.axis("off")
save(figure, __file__)
