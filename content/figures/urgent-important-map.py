from style import ACCENT, INK, SOFT, WARM, canvas, save

figure, axes = canvas(height=2.6)
axes.axvline(0.5, color=SOFT, lw=0.8)
axes.axhline(0.5, color=SOFT, lw=0.8)
for x, y, action in ((0.02, 0.95, "Plan"), (0.52, 0.95, "Do now"), (0.02, 0.45, "Decline"), (0.52, 0.45, "Delegate")):
    axes.text(x, y, action, va="center", fontweight="bold", fontsize=10)
tasks = [(0.86, 0.84, "null-feature incident", "D", WARM, "l"), (0.33, 0.78, "retraining pipeline", "o", ACCENT, "l"),
         (0.24, 0.63, "monitoring debt", "o", ACCENT, "r"), (0.62, 0.35, "on-call alert noise", "^", INK, "r"),
         (0.90, 0.15, "ad-hoc slide request", "^", INK, "l"), (0.10, 0.18, "old notebook cleanup", "s", SOFT, "r")]  # fmt: skip
for x, y, name, mark, color, side in tasks:
    axes.plot(x, y, mark, color=color, ms=6.5)
    axes.annotate(name, (x, y), (7 if side == "r" else -7, 0), textcoords="offset points", va="center", ha="left" if side == "r" else "right")
axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], xlabel="Urgency  \N{RIGHTWARDS ARROW}", ylabel="Importance  \N{RIGHTWARDS ARROW}")
save(figure, __file__)
