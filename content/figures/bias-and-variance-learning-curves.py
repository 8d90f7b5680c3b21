"""Learning curves of a model with bias and of one with variance, under the same ceiling."""

from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, cross_val_score, learning_curve
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from style import ACCENT, INK, WARM, canvas, save

X, y = load_digits(return_X_y=True)
folds = StratifiedKFold(5, shuffle=True, random_state=0)
ceiling = cross_val_score(SVC(), X, y, cv=folds).mean()

figure, axes = canvas(1, 2, height=2.5, sharey=True)
for panel, name, model, above in (
    (axes[0], "Naive Bayes: bias", GaussianNB(), 0.895),
    (axes[1], "Unpruned tree: variance", DecisionTreeClassifier(random_state=0), 1.012),
):
    n, train, valid = learning_curve(
        model, X, y, cv=folds, shuffle=True, random_state=0, train_sizes=[0.1, 0.3, 0.6, 1.0]
    )
    panel.axhline(ceiling, color=INK, linestyle=":", linewidth=1.1)
    panel.plot(n, train.mean(1), "s--", color=ACCENT)
    panel.plot(n, valid.mean(1), "o-", color=WARM)
    panel.text(n[-1], above, "training", color=ACCENT, ha="right", va="bottom")
    panel.text(n[-1], valid.mean(1)[-1] - 0.035, "validation", color=WARM, ha="right", va="top")
    panel.set_title(name)
    panel.set(xlabel="training rows", xticks=n, ylim=(0.63, 1.06), yticks=[0.7, 0.8, 0.9, 1.0])
axes[0].text(n[-1], ceiling + 0.01, f"ceiling {ceiling:.2f}", color=INK, ha="right", va="bottom")
axes[0].set_ylabel("accuracy")

save(figure, __file__)
