import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import AdaBoostClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
from style import ACCENT, INK, LIGHT, SOFT, WARM, canvas, save

figure, (left, right) = canvas(1, 2, height=2.5)
x, y = np.array([1, 2, 3, 4]), np.array([2.0, 3.0, 7.0, 8.0])
F = np.full(4, y.mean())
looks = {0: (LIGHT, ":"), 1: (SOFT, "-."), 2: (WARM, "--"), 4: (ACCENT, "-")}
for m in range(5):
    if m in looks:
        color, dash = looks[m]
        left.step([0.5, 1.5, 2.5, 3.5, 4.5], [*F, F[-1]], where="post", color=color, ls=dash, lw=1.4)
        left.text(4.55, F[-1], f"{m} round{'s' * (m != 1)}", color=color if m > 1 else INK, va="center", fontsize=8)
    r = y - F
    stumps = [np.where(x < c, r[x < c].mean(), r[x > c].mean()) for c in (1.5, 2.5, 3.5)]
    F = F + 0.5 * min(stumps, key=lambda s: ((r - s) ** 2).sum())
left.plot(x, y, "o", color=INK, ms=5)
left.set(xlim=(0.4, 5.7), ylim=(1, 9), xticks=x, xlabel="x", ylabel="y")
left.spines["bottom"].set_bounds(0.5, 4.5)
left.set_title("Boosting, round by round")

X, y = make_classification(2000, 20, n_informative=5, class_sep=1.0, flip_y=0, random_state=0)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.5, random_state=0)
models = {
    "forest": RandomForestClassifier(300, random_state=0),
    "stopped early": GradientBoostingClassifier(n_iter_no_change=10, random_state=0),
    "300 rounds": GradientBoostingClassifier(n_estimators=300, random_state=0),
    "AdaBoost": AdaBoostClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=300, random_state=0),
}
scores = {name: [] for name in models}
for noise in (0, 0.1, 0.2):
    flip = np.random.default_rng(0).random(1000) < noise
    for name, model in models.items():
        scores[name].append(model.fit(X_tr, np.where(flip, 1 - y_tr, y_tr)).score(X_te, y_te))
looks = {"forest": ("-o", ACCENT, -9), "stopped early": (":D", INK, 7), "300 rounds": ("-.^", SOFT, 0), "AdaBoost": ("--s", WARM, 0)}
for name, (look, color, dy) in looks.items():
    right.plot([0, 10, 20], scores[name], look, color=color, ms=3.5, lw=1.4)
    right.annotate(f"{name} {scores[name][-1]:.3f}", (20, scores[name][-1]), (5, dy), textcoords="offset points", va="center", fontsize=8, color=color if color != SOFT else INK)
right.set(xlabel="Training labels flipped (%)", ylabel="Accuracy on clean labels", ylim=(0.73, 0.95), xlim=(-2, 44), xticks=[0, 10, 20])
right.spines["bottom"].set_bounds(0, 20)
right.set_title("Wrong labels")
save(figure, __file__)
