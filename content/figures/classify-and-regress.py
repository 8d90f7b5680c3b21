"""Two supervised tasks: a boundary between categories, and a line through numbers."""

import numpy as np
from sklearn.datasets import make_blobs
from sklearn.linear_model import LinearRegression, LogisticRegression
from style import ACCENT, INK, WARM, canvas, save

figure, (left, right) = canvas(1, 2, height=2.4)

X, y = make_blobs(120, centers=[(-1.5, 0), (1.5, 0)], random_state=0)
model = LogisticRegression().fit(X, y)
for label, color, marker in ((0, ACCENT, "o"), (1, WARM, "^")):
    left.scatter(*X[y == label].T, s=13, marker=marker, facecolors="none" if label else color, edgecolors=color, linewidths=0.8)
x2 = np.array([-2.6, 2.6])
(w1, w2), b = model.coef_[0], model.intercept_[0]
left.plot(-(w2 * x2 + b) / w1, x2, color=INK, linestyle="--", linewidth=1.3)
left.text(-2.4, 2.75, "class 0", color=ACCENT, ha="center")
left.text(2.4, 2.75, "class 1", color=WARM, ha="center")
left.set(title="Classification", xlabel="$x_1$", ylabel="$x_2$", ylim=(-3, 3.1), xticks=[-4, -2, 0, 2, 4], xlim=(-4.5, 4.5))

x, t = np.array([1, 2, 3]), np.array([2, 3, 5])
line = LinearRegression().fit(x[:, None], t)
ends = np.array([0.6, 4.3])
right.plot(ends, line.predict(ends[:, None]), color=INK, linestyle="--", linewidth=1.3)
right.plot(x, t, "o", color=ACCENT)
answer = line.predict([[4]])[0]
right.plot(4, answer, "D", color=WARM, markerfacecolor="none", markeredgewidth=1.3, markersize=6)
right.text(3.8, answer + 0.1, f"predicted {answer:.2f}", color=WARM, ha="right", va="bottom")
right.text(2.2, 2.0, "$y = 1.5x + 1/3$", color=INK)
right.set(title="Regression", xlabel="$x$", ylabel="$y$", xlim=(0.5, 4.5), ylim=(0, 7.6), xticks=[1, 2, 3, 4])

save(figure, __file__)
