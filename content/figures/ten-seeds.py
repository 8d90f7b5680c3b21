import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from style import ACCENT, LIGHT, WARM, canvas, save

X, y = load_breast_cancer(return_X_y=True)
scores = []
for seed in range(10):
    Xtr, Xte, ytr, yte = train_test_split(X, y, stratify=y, random_state=seed)
    scores.append(RandomForestClassifier(100, random_state=seed).fit(Xtr, ytr).score(Xte, yte))
mean, half = np.mean(scores), 2.262 * np.std(scores, ddof=1) / np.sqrt(10)
figure, axes = canvas(height=2.6)
axes.vlines([mean - half, mean + half], -0.6, 9.7, color=WARM, lw=1, ls="-.")
axes.vlines(mean, -0.6, 9.7, color=WARM, lw=1.3, ls="--")
axes.hlines(range(10), 0.94, scores, color=LIGHT, lw=0.7, ls=":")
axes.plot(scores, range(10), "o", color=ACCENT, ms=5.5)
for seed, score in enumerate(scores):
    crossing = mean - half - 0.004 < score < mean - half   # beside the dot, the label would lie across a line
    x, y, place = (score - 0.0006, seed - 0.1, ("right", "bottom")) if crossing else (score + 0.0008, seed - 0.05, ("left", "center"))
    axes.text(x, y, f"{score:.3f}", ha=place[0], va=place[1], fontsize=8)
axes.text(mean, -0.8, f"mean {mean:.3f}, interval {mean - half:.3f} to {mean + half:.3f}", ha="center", color=WARM)
axes.set(yticks=range(10), ylim=(9.7, -1.9), xlim=(0.94, 0.992), xlabel="Accuracy on 143 test rows", ylabel="Seed")
axes.tick_params(axis="y", length=0, labelsize=8)
save(figure, __file__)
