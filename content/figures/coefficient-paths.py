import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Lasso, Ridge
from style import ACCENT, INK, LIGHT, SOFT, WARM, canvas, save

data = load_diabetes()
X, y = data.data, data.target
X = (X - X.mean(axis=0)) / X.std(axis=0)
alphas = np.geomspace(0.01, 100, 60)
last = Lasso(alpha=20).fit(X, y).coef_ != 0
colors = dict(zip(np.flatnonzero(last), ((ACCENT, "-"), (INK, "-."), (WARM, "--"))))
figure, panels = canvas(1, 2, height=2.6, sharey=True)
for axes, kind in zip(panels, ("Lasso", "Ridge")):
    paths = np.array([(Lasso(alpha=a, max_iter=50_000) if kind == "Lasso" else Ridge(alpha=a * len(y))).fit(X, y).coef_ for a in alphas])
    for j in range(10):
        color, dash = colors.get(j, (LIGHT, "-"))
        axes.plot(alphas, paths[:, j], dash, color=color, lw=1.6 if j in colors else 0.9)
    axes.axhline(0, color=SOFT, lw=0.7)
    axes.set(xscale="log", xlabel="Penalty strength", xticks=[0.01, 0.1, 1, 10], xlim=(0.01, 100))
    axes.set_xticklabels(["0.01", "0.1", "1", "10"])
    axes.minorticks_off()
    axes.set_title(f"{kind}: {'exact zeros' if kind == 'Lasso' else 'small, never zero'}")
    if kind == "Lasso":
        places = {"s5": (0.15, 33), "bmi": (2.5, 26.5), "bp": (1.2, 7.5)}
        for j, (color, _) in colors.items():
            axes.text(*places[data.feature_names[j]], data.feature_names[j], color=color)
panels[0].set_ylabel("Coefficient")
save(figure, __file__)
