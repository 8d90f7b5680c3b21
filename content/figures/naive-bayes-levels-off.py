from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from style import ACCENT, WARM, canvas, save
from threadpoolctl import threadpool_limits

X, y = load_breast_cancer(return_X_y=True)
logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
sizes = [10, 20, 50, 200, 400]
threadpool_limits(1)
figure, axes = canvas(height=2.4)
for model, name, look, color, below in ((logistic, "logistic regression", "-o", ACCENT, 0), (GaussianNB(), "Gaussian naive Bayes", "--s", WARM, 1)):
    scores = []
    for n in sizes:
        cv = StratifiedShuffleSplit(50, train_size=n, test_size=150, random_state=0)
        scores.append(cross_val_score(model, X, y, cv=cv).mean())
    axes.plot(sizes, scores, look, color=color)
    for n, score in zip(sizes, scores):
        axes.annotate(f"{score:.3f}", (n, score), (0, -13 if below else 6), textcoords="offset points", ha="center", color=color, fontsize=8)
    axes.text(110, scores[3] + (-0.018 if below else 0.009), name, color=color, ha="right" if not below else "center", va="center")
axes.set(xscale="log", xlabel="Training rows", ylabel="Accuracy on 150 test rows", ylim=(0.895, 0.99), xticks=sizes, xlim=(8, 500))
axes.set_xticklabels(sizes)
axes.minorticks_off()
save(figure, __file__)
