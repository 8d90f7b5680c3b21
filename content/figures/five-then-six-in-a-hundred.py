from style import ACCENT, INK, LIGHT, WARM, canvas, save

figure, panels = canvas(1, 2, height=2.3)
for axes, bought, when in zip(panels, (5, 6), ("Today", "Expected with the model")):
    place = [(i % 10, -(i // 10)) for i in range(100)]
    axes.plot(*zip(*place[bought:]), "o", ms=7, mfc="none", mec=LIGHT, mew=0.9)
    axes.plot(*zip(*place[:5]), "o", ms=8, color=ACCENT)
    axes.plot(*zip(*place[5:bought]), "s", ms=8.5, color=WARM) if bought > 5 else None
    axes.set(aspect="equal", xlim=(-0.8, 9.8), ylim=(-9.7, 0.8))
    axes.set_title(f"{when}: {bought} in 100")
    axes.axis("off")
panels[1].text(9.9, 0, "one more", color=WARM, va="center", fontsize=9)
panels[1].text(9.9, -4.5, "+1 point,\nor +20%", color=INK, va="center", fontsize=9)
save(figure, __file__)
