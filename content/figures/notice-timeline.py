from style import ACCENT, INK, LIGHT, SOFT, WARM, canvas, save

days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Mon", "Tue", "Wed", "Thu"]
figure, axes = canvas(height=2.2)
axes.plot([-0.4, 8.5], [0, 0], "-", color=SOFT, lw=1.2)
axes.plot([4.5, 4.5], [-0.14, 0.14], color=LIGHT, lw=1, ls=":")
for x, day in enumerate(days):
    axes.plot([x, x], [-0.05, 0.05], "-", color=SOFT, lw=0.9)
    axes.text(x, -0.13, day, ha="center", va="top", fontsize=8)
for x, mark, color in ((1, "D", WARM), (4, "o", ACCENT), (8, "s", ACCENT)):
    axes.plot(x, 0, mark, color=color, ms=8)
for x, text, color in ((1, "8% duplicates found;\npricing lead told\nthe same day", WARM), (4, "date promised;\ntrusted segments\ndelivered", ACCENT),
                       (8, "full report\ndelivered", ACCENT)):  # fmt: skip
    axes.plot([x, x], [0.09, 0.3], color=color, lw=0.8, ls="-")
    axes.text(x, 0.34, text, ha="center", va="bottom", color=color, fontsize=9, linespacing=1.15)
for start, end, text in ((1, 4, "warning: three days"), (4, 8, "delay: four working days")):
    axes.annotate("", (end, -0.42), (start, -0.42), arrowprops={"arrowstyle": "<->", "color": INK, "lw": 0.9, "shrinkA": 1, "shrinkB": 1})
    axes.text((start + end) / 2, -0.48, text, ha="center", va="top", fontsize=9)
axes.set(xlim=(-0.7, 8.8), ylim=(-0.75, 1.05))
axes.axis("off")
save(figure, __file__)
