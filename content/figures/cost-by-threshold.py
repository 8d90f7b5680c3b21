"""Total cost of a plain and a class-weighted model at every threshold."""

import numpy as np
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from style import ACCENT, WARM, canvas, save

X, y = make_classification(
    20000, n_features=10, n_informative=4, n_redundant=0, weights=[0.98], class_sep=0.8, flip_y=0, random_state=0
)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)


def cost(p, cut):
    return 49 * int(((p < cut) & (y_test == 1)).sum()) + int(((p >= cut) & (y_test == 0)).sum())


cuts = np.geomspace(0.001, 0.9, 160)
figure, axes = canvas(height=2.7)
for weight, color, line, marker, at in ((None, ACCENT, "-", "o", 0.02), ("balanced", WARM, "--", "D", 0.50)):
    p = LogisticRegression(class_weight=weight).fit(X_train, y_train).predict_proba(X_test)[:, 1]
    costs = np.array([cost(p, cut) for cut in cuts])
    axes.plot(cuts, costs, color=color, linestyle=line)
    axes.plot(at, cost(p, at), marker, color=color, markersize=6)
    axes.text(at * 0.88, cost(p, at) - 60, f"{cost(p, at):,}\nat {at:.2f}", color=color, ha="right", va="center")
    if weight is None:
        axes.plot(0.5, cost(p, 0.5), marker, color=color, markerfacecolor="none", markersize=6)
        axes.text(0.5, cost(p, 0.5) + 220, f"{cost(p, 0.5):,} at 0.50", color=color, ha="center", va="bottom")
        axes.text(cuts[costs.argmin()], costs.min() + 250, f"lowest:\n{costs.min():,}", color=color, ha="center", va="bottom")
axes.text(0.008, 8000, "plain", color=ACCENT, ha="right")
axes.text(0.04, 9550, "class weights", color=WARM, ha="center", va="top")
ticks = range(5000, 11000, 1000)
axes.set(xscale="log", xlabel="threshold (log scale)", ylabel="cost on 10,000 test rows", ylim=(4300, 10700), yticks=ticks,
         yticklabels=[f"{tick:,}" for tick in ticks], xticks=[0.001, 0.01, 0.1, 0.5], xticklabels=["0.001", "0.01", "0.1", "0.5"])  # fmt: skip
axes.minorticks_off()

save(figure, __file__)
