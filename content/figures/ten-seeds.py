import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from style import ACCENT, INK, LIGHT, WARM, canvas, save

X, y = load_breast_cancer(return_X_y=True)


def run(split, model):
    Xtr, Xte, ytr, yte = train_test_split(X, y, stratify=y, random_state=split)
    return RandomForestClassifier(100, random_state=model).fit(Xtr, ytr).score(Xte, yte)


rows = [("split and forest\nchange", [run(s, s) for s in range(10)], ACCENT, "o"), ("only the split\nchanges", [run(s, 0) for s in range(10)], ACCENT, "s"),
        ("only the forest\nchanges", [run(0, s) for s in range(10)], WARM, "D")]  # fmt: skip
figure, axes = canvas(height=2.6)
for place, (name, scores, color, mark) in enumerate(rows):
    seen = {}
    axes.hlines(place, 0.934, 0.99, color=LIGHT, lw=0.6, ls=":")
    for score in sorted(scores):
        key = round(score, 4)
        axes.plot(score, place - 0.13 * seen.get(key, 0), mark, color=color, ms=5)   # equal scores are stacked
        seen[key] = seen.get(key, 0) + 1
    axes.plot([np.mean(scores)] * 2, [place + 0.1, place + 0.28], "-", color=INK, lw=1.6)
    axes.text(0.991, place, f"SD {np.std(scores, ddof=1):.3f}", va="center", color=color)
axes.set(yticks=range(3), ylim=(2.4, -0.45), xlim=(0.934, 0.991), xlabel="Accuracy on 143 test rows (mean marked below each row)")
axes.set_yticklabels([row[0] for row in rows])
axes.tick_params(axis="y", length=0)
axes.spines["left"].set_visible(False)
save(figure, __file__)
