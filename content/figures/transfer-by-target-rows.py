import numpy as np
from sklearn.linear_model import LinearRegression, RidgeCV
from style import ACCENT, INK, SOFT, WARM, canvas, save

rng = np.random.default_rng(0)
d, k = 100, 3
W = rng.normal(size=(d, k))


def pretrain(directions, n=5000):
    X = rng.normal(size=(n, d))
    return LinearRegression().fit(X, X @ directions + rng.normal(size=(n, k))).coef_.T


near, far = pretrain(W), pretrain(rng.normal(size=(d, k)))
w = W @ np.array([1.0, -1.0, 0.5])
X_te = rng.normal(size=(2000, d))
y_te = X_te @ w
sizes, scores = [20, 50, 100, 500], []
for n in sizes:
    X = rng.normal(size=(n, d))
    y = X @ w + rng.normal(size=n)
    row = [RidgeCV(np.logspace(-3, 3, 13)).fit(X, y).score(X_te, y_te)]
    row += [LinearRegression().fit(X @ B, y).score(X_te @ B, y_te) for B in (near, far)]
    scores.append(row)
figure, axes = canvas(height=2.5)
axes.axhline(0, color=SOFT, lw=0.7, ls=":")
for column, (look, color) in enumerate((("-.^", INK), ("-o", ACCENT), ("--s", WARM))):
    axes.plot(sizes, [row[column] for row in scores], look, color=color)
for n, row in zip(sizes[:3], scores):
    axes.annotate(f"{row[0]:.2f}", (n, row[0]), (8, -4) if n < 100 else (0, -14), textcoords="offset points", fontsize=8)
for n, row in zip(sizes, scores):
    value = f"{row[2]:.2f}".replace("-", "\N{MINUS SIGN}")
    axes.annotate(value, (n, row[2]), (8, -4) if n == 20 else (0, -13), textcoords="offset points", fontsize=8, color=WARM, ha="left" if n == 20 else "center")
axes.text(20, 1.07, "related features: 1.00 throughout", color=ACCENT)
axes.text(66, 0.37, "from scratch", va="center")
axes.text(220, 0.17, "unrelated features", color=WARM, ha="center")
axes.set(xscale="log", xlabel="Rows of the target task", ylabel="Test $R^2$", ylim=(-0.75, 1.2), xlim=(17, 600), xticks=sizes)
axes.set_xticklabels(sizes)
axes.minorticks_off()
save(figure, __file__)
