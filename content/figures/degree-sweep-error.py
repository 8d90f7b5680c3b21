"""Training and test error of polynomials of growing degree: medians over 1,000 samples of 12 noisy points."""

import numpy as np
from numpy.polynomial import Polynomial
from style import ACCENT, INK, WARM, canvas, save

x_train, x_test = np.linspace(0, 1, 12), np.linspace(0.01, 0.99, 200)
degrees = np.arange(12)
errors = np.empty((1000, 2, len(degrees)))
for seed in range(len(errors)):
    rng = np.random.default_rng(seed)
    y_train = np.sin(2 * np.pi * x_train) + rng.normal(0, 0.25, 12)
    y_test = np.sin(2 * np.pi * x_test) + rng.normal(0, 0.25, 200)
    for degree in degrees:
        fit = Polynomial.fit(x_train, y_train, degree)
        for part, (x, y) in enumerate(((x_train, y_train), (x_test, y_test))):
            errors[seed, part, degree] = np.sqrt(np.mean((fit(x) - y) ** 2))
train, test = np.median(errors, axis=0)
low, high = np.percentile(errors[:, 1], [25, 75], axis=0)

figure, axes = canvas(height=2.7)
axes.fill_between(degrees, low, high, color=WARM, alpha=0.25, linewidth=0)
axes.plot(degrees, test, "o-", color=WARM)
axes.plot(degrees, train, "s--", color=ACCENT)
axes.axhline(0.25, color=INK, linestyle=":", linewidth=1)
axes.text(10.3, 0.97, "test, 200 points", color=WARM, ha="right")
axes.text(6.3, 0.01, "training, 12 points", color=ACCENT, ha="right", va="bottom")
axes.text(0, 0.235, "noise level 0.25", color=INK, va="top")
best = int(np.argmin(test))
axes.annotate(f"lowest: {test[best]:.2f} at degree {best}", (best, test[best] + 0.02), (best + 0.5, 0.72), color=WARM,
              arrowprops={"arrowstyle": "-", "color": WARM, "linewidth": 0.7, "shrinkB": 3})  # fmt: skip
axes.set(xlabel="polynomial degree", ylabel="RMSE", xticks=degrees, ylim=(0, None), xlim=(-0.3, 11.3))

save(figure, __file__)
