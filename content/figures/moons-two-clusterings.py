"""Two crescents and three blobs, each grouped by k-means and by DBSCAN."""

from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import make_blobs, make_moons
from sklearn.metrics import adjusted_rand_score
from style import ACCENT, INK, SOFT, WARM, canvas, save

moons = make_moons(300, noise=0.05, random_state=0)
blobs = make_blobs(300, centers=[[0, 0], [3.5, 0], [7.5, 1]], cluster_std=[0.3, 1.0, 1.0], random_state=0)
LOOK = [(ACCENT, "o", ACCENT), (WARM, "^", "none"), (INK, "s", "none"), (WARM, "D", WARM)]
shown = slice(0, 110)  # the scores use all 300 points; fewer are drawn
figure, axes = canvas(2, 2, height=3.1)
for row, (X, truth), groups, eps in zip(axes, (moons, blobs), (2, 3), (0.2, 0.5), strict=True):
    found = {
        "k-means": KMeans(groups, n_init=10, random_state=0).fit_predict(X),
        f"DBSCAN, eps {eps}": DBSCAN(eps=eps).fit_predict(X),
    }
    for panel, (name, labels) in zip(row, found.items(), strict=True):
        order = sorted(set(labels) - {-1}, key=lambda label: -X[labels == label, 1].max())
        for label, (color, marker, fill) in zip(order, LOOK, strict=False):
            rows = (labels == label)[shown]
            panel.scatter(*X[shown][rows].T, s=13, marker=marker, facecolors=fill, edgecolors=color, linewidths=0.8)
        noise = (labels == -1)[shown]
        panel.scatter(*X[shown][noise].T, s=16, marker="x", color=SOFT, linewidths=1)
        panel.set_title(f"{name}: ARI {adjusted_rand_score(truth, labels):.2f}")
        panel.set(aspect="equal", xlabel="$x_1$")
for panel in axes[0]:
    panel.set(xticks=[-1, 0, 1, 2], yticks=[-0.5, 0, 0.5, 1])
for panel in axes[:, 0]:
    panel.set_ylabel("$x_2$")

save(figure, __file__)
