import numpy as np
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from style import ACCENT, LIGHT, WARM, canvas, save

figure, (left, right) = canvas(1, 2, height=2.5, width_ratios=[1, 1.25])
points = np.random.default_rng(0).multivariate_normal([0, 0], [[2, 1], [1, 2]], 240)
left.plot(*points.T, "o", color=LIGHT, ms=2.2)
for size, direction, color in ((3, (1, 1), ACCENT), (1, (-1, 1), WARM)):
    tip = np.sqrt(size / 2) * np.array(direction)
    left.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2.2, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11})
left.text(5.4, -4.6, "along the long\naxis: variance 3", color=ACCENT, ha="right", va="center", fontsize=8)
left.text(-5.2, 4.5, "across it:\nvariance 1", color=WARM, ha="left", va="center", fontsize=8)
left.set(aspect="equal", xlim=(-5.5, 5.5), ylim=(-5.5, 5.5), xticks=[-4, 0, 4], yticks=[-4, 0, 4])

X = load_wine().data
for data, shift, look, color in ((X, -0.21, {"facecolor": "none", "edgecolor": WARM, "hatch": "////"}, WARM),
                                       (StandardScaler().fit_transform(X), 0.21, {"facecolor": ACCENT}, ACCENT)):  # fmt: skip
    shares = PCA().fit(data).explained_variance_ratio_[:4]
    right.bar(np.arange(1, 5) + shift, shares, width=0.36, **look)
    for k, share in enumerate(shares, 1):
        if share > 0.01:
            right.text(k + shift + 0.06 * (shift > 0), share + 0.015, f"{share:.3f}", ha="center", fontsize=8, color=color)
right.text(1.1, 0.93, "raw columns", color=WARM)
right.text(1.85, 0.42, "standardized", color=ACCENT)
right.set(xlabel="Principal component", ylabel="Share of variance", ylim=(0, 1.08), xticks=range(1, 5))
right.set_title("Wine data")
left.set_title("Long axis, short axis")
save(figure, __file__)
