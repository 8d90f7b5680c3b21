import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from style import ACCENT, INK, SOFT, WARM, canvas, save

rng = np.random.default_rng(0)
ids, y = rng.integers(0, 1000, 4000), rng.integers(0, 2, 4000)
tr, te = slice(0, 2000), slice(2000, 4000)


def encode(fit_ids, fit_y, new_ids, m):
    prior, n = fit_y.mean(), np.bincount(fit_ids, minlength=1000)
    mean = (np.bincount(fit_ids, fit_y, minlength=1000) + m * prior) / np.maximum(n + m, 1e-9)
    return np.where(n > 0, mean, prior)[new_ids]


oof = np.empty(2000)
for a, b in KFold(5, shuffle=True, random_state=0).split(oof):
    oof[b] = encode(ids[a], y[a], ids[b], 10)
codes = {"naive": (encode(ids[tr], y[tr], ids[tr], 0), encode(ids[tr], y[tr], ids[te], 0)), "cross-fitted": (oof, encode(ids[tr], y[tr], ids[te], 10))}
figure, axes = canvas(height=2.2)
for n, (name, (train, test)) in enumerate(codes.items()):
    for shift, code, rows, look in ((-0.19, train, tr, {"facecolor": WARM if n == 0 else ACCENT}), (0.19, test, te, {"facecolor": "none", "edgecolor": SOFT, "hatch": "////"})):
        value = roc_auc_score(y[rows], code)
        axes.bar(n + shift, value, width=0.34, **look)
        axes.text(n + shift, value + 0.035, f"{value:.2f}", ha="center")
        axes.text(n + shift, -0.04, "train" if shift < 0 else "test", ha="center", va="top", fontsize=8)
    axes.text(n, -0.17, f"{name} encoding", ha="center", va="top", fontweight="bold")
axes.axhline(0.5, color=INK, ls="--", lw=0.9)
axes.text(1.75, 0.515, "chance: 0.50", ha="right", fontsize=8)
axes.set(ylim=(0, 1), ylabel="AUC", xticks=[], xlim=(-0.5, 1.75))
save(figure, __file__)
