import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score
from style import ACCENT, WARM, canvas, save

X, _ = make_blobs(400, centers=[(-4, -4), (-4, 4), (4, -4), (4, 4)], cluster_std=1.2, random_state=0)
U = np.random.default_rng(0).uniform(size=(400, 2))
clusters = range(2, 8)
figure, (left, right) = canvas(1, 2, height=2.4)
for data, look, color in ((X, "-o", ACCENT), (U, "--s", WARM)):
    fits = [KMeans(k, n_init=10, random_state=0).fit(data) for k in clusters]
    inertia = np.array([f.inertia_ for f in fits])
    left.plot(clusters, inertia / inertia[0], look, color=color)
    right.plot(clusters, [silhouette_score(data, f.labels_) for f in fits], look, color=color)
left.set(xlabel="Clusters k", ylim=(0, 1.05), xticks=clusters)
left.set_title("Inertia, k = 2 set to 1")
left.text(4.2, 0.58, "uniform noise", color=WARM)
left.text(4.3, 0.05, "four blobs", color=ACCENT)
right.set(xlabel="Clusters k", ylim=(0, 0.8), xticks=clusters)
right.set_title("Silhouette")
right.annotate("0.703", (4, 0.703), (0, 5), textcoords="offset points", ha="center", color=ACCENT)
right.text(5.2, 0.65, "four blobs", color=ACCENT)
right.text(4.5, 0.29, "uniform noise", color=WARM, ha="center")
save(figure, __file__)
