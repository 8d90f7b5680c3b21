"""The same two crescents, grouped by k-means and by DBSCAN."""

from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import make_moons
from sklearn.metrics import adjusted_rand_score
from style import ACCENT, WARM, canvas, save

X, truth = make_moons(300, noise=0.05, random_state=0)
found = {
    "k-means": KMeans(2, n_init=10, random_state=0).fit_predict(X),
    "DBSCAN": DBSCAN(eps=0.2).fit_predict(X),
}
shown = slice(0, 125)  # the scores use all 300 points; fewer are drawn
figure, axes = canvas(1, 2, height=2.0, sharey=True)
for panel, (name, labels) in zip(axes, found.items(), strict=True):
    first = labels == labels[X[:, 1].argmax()]
    for rows, color, marker, fill in ((first, ACCENT, "o", ACCENT), (~first, WARM, "^", "none")):
        panel.scatter(*X[shown][rows[shown]].T, s=15, marker=marker, facecolors=fill, edgecolors=color, linewidths=0.8)
    panel.set_title(f"{name}: ARI {adjusted_rand_score(truth, labels):.2f}")
    panel.set(xlabel="$x_1$", xticks=[-1, 0, 1, 2], yticks=[-0.5, 0, 0.5, 1], aspect="equal")
axes[0].set_ylabel("$x_2$")

save(figure, __file__)
