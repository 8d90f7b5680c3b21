import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.model_selection import train_test_split
from style import ACCENT, WARM, canvas, save

rng = np.random.default_rng(0)
rng.normal(size=(50, 5000))  # the same stream as the question's example
rng.normal(size=(2000, 2))
real = rng.integers(0, 2, 1000)
y = np.where(rng.random(1000) < 0.7, real, 1 - real)
X = np.c_[real, rng.normal(size=1000)]
Xtr, Xte, ytr, yte = train_test_split(X, y, random_state=0)
forest = RandomForestClassifier(200, random_state=0).fit(Xtr, ytr)
shuffled = permutation_importance(forest, Xte, yte, n_repeats=20, random_state=0).importances_mean
figure, panels = canvas(1, 2, height=2.0, sharey=True)
figure.get_layout_engine().set(wspace=0.08)
for axes, values, top, title, digits in ((panels[0], forest.feature_importances_, 1, "Impurity, training rows", 2), (panels[1], shuffled, 0.12, "Permutation, held-out rows", 3)):
    axes.barh(0, values[0], height=0.55, color=ACCENT)
    axes.barh(1, values[1], height=0.55, facecolor="none", edgecolor=WARM, hatch="////")
    for row, value in enumerate(values):
        axes.text(value + top * 0.02, row, f"{value:.{digits}f}", va="center")
    axes.set(xlim=(0, top), ylim=(1.5, -0.5), yticks=[0, 1], yticklabels=["binary,\nreal", "continuous,\nnoise"])
    axes.tick_params(axis="y", length=0)
    axes.set_title(title)
panels[0].set_xticks([0, 0.5, 1])
panels[1].set_xticks([0, 0.05, 0.1])
panels[0].set_xlabel("Share of importance")
panels[1].set_xlabel("Accuracy lost when shuffled")
save(figure, __file__)
