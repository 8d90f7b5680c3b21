"""Total cost of a plain and a class-weighted model at every threshold, for two prices of a miss."""

import numpy as np
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from style import ACCENT, INK, SOFT, WARM, canvas, save

X, y = make_classification(
    20000, n_features=10, n_informative=4, n_redundant=0, weights=[0.98], class_sep=0.8, flip_y=0, random_state=0
)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
scores = {
    kind: LogisticRegression(class_weight=kind).fit(X_train, y_train).predict_proba(X_test)[:, 1] for kind in (None, "balanced")
}


def cost(p, cut, miss):
    return miss * int(((p < cut) & (y_test == 1)).sum()) + int(((p >= cut) & (y_test == 0)).sum())


cuts = np.geomspace(0.001, 0.9, 160)
figure, panels = canvas(1, 2, height=2.6, sharey=True)
for axes, miss in zip(panels, (49, 10), strict=True):
    nobody = miss * int((y_test == 1).sum())
    axes.axhline(nobody, color=SOFT, linestyle=":", linewidth=1)
    axes.text(0.001, nobody + 330, f"flag nobody: {nobody:,}", color=INK, ha="left", va="bottom", fontsize=8)
    for kind, color, line, marker, at in ((None, ACCENT, "-", "o", 1 / (1 + miss)), ("balanced", WARM, "--", "D", 0.5)):
        p = scores[kind]
        axes.plot(cuts, [cost(p, cut, miss) for cut in cuts], color=color, linestyle=line)
        here = cost(p, at, miss)
        axes.plot(at, here, marker, color=color, markersize=6)
        low = here < 2000
        place = {"ha": "center", "va": "top"} if low else {"ha": "right", "va": "center"}
        axes.text(at if low else at * 0.8, here - (350 if low else 60), f"{here:,}{chr(32) if low else chr(10)}at {at:.2f}", color=color, fontsize=8, **place)
    axes.set(xscale="log", xlabel="threshold (log scale)", xticks=[0.001, 0.01, 0.1, 0.5], xticklabels=["0.001", "0.01", "0.1", "0.5"])
    axes.set_title(f"a miss costs {miss}")
    axes.minorticks_off()
ticks = range(0, 11000, 2000)
panels[0].set(ylabel="cost on 10,000 test rows", ylim=(-150, 11400), yticks=ticks, yticklabels=[f"{tick:,}" for tick in ticks])
panels[1].text(0.004, 7300, "plain", color=ACCENT, ha="right", fontsize=8)
panels[1].text(0.13, 9400, "class weights", color=WARM, ha="right", va="top", fontsize=8)

save(figure, __file__)
