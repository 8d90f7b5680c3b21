from style import ACCENT, LIGHT, WARM, canvas, save

sizes, dropped = (4, 6, 6, 2), {(1, 0), (1, 3), (1, 4), (2, 1), (2, 2), (2, 5)}
figure, panels = canvas(1, 2, height=2.5)
figure.get_layout_engine().set(wspace=0.08)
for axes, gone, title in zip(panels, (set(), dropped), ("Inference: every unit", "One training step: half masked")):
    place = {(layer, n): (layer, (size - 1) / 2 - n) for layer, size in enumerate(sizes) for n in range(size)}
    for (layer, n), (x, y) in place.items():
        for m in range(sizes[layer + 1]) if layer < 3 else ():
            if (layer, n) not in gone and (layer + 1, m) not in gone:
                axes.plot([x, x + 1], [y, place[layer + 1, m][1]], "-", color=LIGHT, lw=0.6, zorder=1)
    for node, (x, y) in place.items():
        mark, color = ("x", WARM) if node in gone else ("o", ACCENT)
        axes.plot(x, y, mark, color=color, ms=9, mew=2 if mark == "x" else 0.8, zorder=2)
    for layer, name in enumerate(("4 inputs", "6 hidden", "6 hidden", "2 outputs")):
        axes.text(layer, -3.15, name, ha="center", va="top", fontsize=8)
    axes.set(xlim=(-0.35, 3.35), ylim=(-3.6, 2.9))
    axes.set_title(title, loc="center")
    axes.axis("off")
save(figure, __file__)
