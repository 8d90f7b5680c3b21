"""A straight line cannot follow a curve; the same regression with a squared input can."""

import numpy as np
from sklearn.linear_model import LinearRegression
from style import ACCENT, INK, WARM, canvas, save

x = np.arange(-2.0, 3.0)
y = x**2
flat = LinearRegression().fit(x[:, None], y).predict(x[:, None])
grid = np.linspace(-2.15, 2.15, 80)
curve = LinearRegression().fit(np.column_stack([x, x**2]), y).predict(np.column_stack([grid, grid**2]))

figure, axes = canvas(height=2.4)
axes.plot(grid, curve, color=ACCENT)
axes.plot([-2.35, 2.35], [flat[0], flat[0]], color=WARM, linestyle="--")
axes.vlines(x, flat, y, color=WARM, linewidth=1.1)
axes.plot(x, y, "o", color=INK, markersize=5.5)
for at, height, residual in zip(x, (flat + y) / 2, y - flat, strict=True):
    sign = "\N{MINUS SIGN}" if residual < 0 else "+"
    outward = -1 if at in (-2, 1) else 1
    axes.text(at + 0.06 * outward, height, f"{sign}{abs(residual):.0f}", color=WARM, va="center", ha="right" if outward < 0 else "left")
axes.text(2.42, flat[0], "input $x$ only:\n$R^2 = 0$", color=WARM, va="center")
axes.text(2.42, 4.2, "inputs $x$ and $x^2$:\n$R^2 = 1$", color=ACCENT, va="center")
axes.set(xlabel="$x$", ylabel="$y$", xlim=(-2.5, 3.7), ylim=(-0.3, 4.8), xticks=x, yticks=range(5))

save(figure, __file__)
