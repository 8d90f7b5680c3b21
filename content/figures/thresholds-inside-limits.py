from matplotlib.patches import Rectangle
from style import ACCENT, INK, SOFT, WARM, canvas, save

figure, axes = canvas(height=2.5)
axes.add_patch(Rectangle((0, 70), 300, 30, fill=False, edgecolor=ACCENT, lw=2, clip_on=False, zorder=3))
axes.axvline(300, color=SOFT, lw=0.9, ls="--")
axes.axhline(70, color=SOFT, lw=0.9, ls="--")
for alerts, recall, cut, mark in ((150, 58, 0.7, "x"), (280, 73, 0.6, "o"), (520, 84, 0.5, "x")):
    kept = mark == "o"
    axes.plot(alerts, recall, mark, ms=9 if kept else 8, mew=2, color=ACCENT if kept else WARM)
    axes.annotate(f"threshold {cut}", (alerts, recall), (-10 if kept else 10, 0), textcoords="offset points", va="center",
                  ha="right" if kept else "left", color=ACCENT if kept else WARM)  # fmt: skip
axes.text(8, 95, "inside both limits", color=ACCENT, va="center", fontweight="bold")
axes.text(306, 51.5, "at most 300 alerts", fontsize=8, color=INK)
axes.text(660, 68.7, "at least 70% recall", fontsize=8, color=INK, ha="right", va="top")
axes.set(xlim=(0, 660), ylim=(50, 100), xlabel="Alerts a day", ylabel="Recall (%)")
save(figure, __file__)
