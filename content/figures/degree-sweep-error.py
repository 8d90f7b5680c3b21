"""Training and test error of polynomials of growing degree on 12 noisy points."""

import numpy as np
from numpy.polynomial import Polynomial
from style import ACCENT, INK, WARM, canvas, save

rng = np.random.default_rng(0)
x_train, x_test = np.linspace(0, 1, 12), np.linspace(0.01, 0.99, 200)
y_train = np.sin(2 * np.pi * x_train) + rng.normal(0, 0.25, 12)
y_test = np.sin(2 * np.pi * x_test) + rng.normal(0, 0.25, 200)

degrees = np.arange(12)
fits = [Polynomial.fit(x_train, y_train, degree) for degree in degrees]
train, test = (
    [float(np.sqrt(np.mean((fit(x) - y) ** 2))) for fit in fits] for x, y in ((x_train, y_train), (x_test, y_test))
)

figure, axes = canvas(height=2.5)
axes.plot(degrees, test, "o-", color=WARM)
axes.plot(degrees, train, "s--", color=ACCENT)
axes.axhline(0.25, color=INK, linestyle=":", linewidth=1)
axes.text(11.15, test[11] + 0.03, "test, 200 points", color=WARM, ha="right")
axes.text(6.4, train[6] - 0.02, "training, 12 points", color=ACCENT, ha="right", va="top")
axes.text(0, 0.235, "noise level 0.25", color=INK, va="top")
best = int(np.argmin(test))
axes.annotate(f"lowest: {test[best]:.2f} at degree {best}", (best, test[best] + 0.012), (best + 0.6, 0.48), color=WARM,
              arrowprops={"arrowstyle": "-", "color": WARM, "linewidth": 0.7, "shrinkB": 3})  # fmt: skip
axes.set(xlabel="polynomial degree", ylabel="RMSE", xticks=degrees, ylim=(0, None), xlim=(-0.3, 11.3))

save(figure, __file__)
