import numpy as np
from style import ACCENT, INK, LIGHT, WARM, canvas, save

x, y = np.meshgrid(np.linspace(-2.2, 11, 120), np.linspace(-1.5, 1.5, 60))
figure, panels = canvas(2, 1, height=2.85, sharex=True)
for axes, kappa, color, mark in zip(panels, (100, 1), (WARM, ACCENT), ("o", "s")):
    point = np.array([10.0, 1.0])
    path = [point]
    for _ in range(30):
        point = point - 2 / (kappa + 1) * np.array([1, kappa]) * point
        path.append(point)
    path = np.array(path)
    axes.contour(x, y, 0.5 * (x**2 + kappa * y**2), levels=[1, 5, 12, 22, 36, 52], colors=LIGHT, linewidths=0.7)
    axes.plot(*path[: 31 if kappa > 1 else 2].T, "-", color=color, lw=0.9)
    axes.plot(*path[: 31 if kappa > 1 else 2].T, mark, color=color, ms=3)
    axes.plot(0, 0, "+", color=INK, ms=8, mew=1.3)
    end = "not there after 30 steps" if kappa > 1 else "there after one step"
    axes.set_title(f"Condition number {kappa}: {end}", color=color)
    axes.set(aspect="equal", xlim=(-2.2, 11), ylim=(-1.5, 1.5), yticks=[-1, 0, 1])
panels[1].set_xlabel("Weight 1")
figure.supylabel("Weight 2", fontsize=9, color=INK)
save(figure, __file__)
