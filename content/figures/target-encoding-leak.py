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


def crossed(m):
    code = np.empty(2000)
    for a, b in KFold(5, shuffle=True, random_state=0).split(code):
        code[b] = encode(ids[a], y[a], ids[b], m)
    return code


figure, axes = canvas(height=2.3)
cases = [("naive", m, encode(ids[tr], y[tr], ids[tr], m)) for m in (0, 10)] + [("cross-fitted", m, crossed(m)) for m in (0, 10)]
for n, (name, m, train) in enumerate(cases):
    test = encode(ids[tr], y[tr], ids[te], m)
    for shift, code, rows, look in ((-0.19, train, tr, {"facecolor": WARM if n < 2 else ACCENT}), (0.19, test, te, {"facecolor": "none", "edgecolor": SOFT, "hatch": "////"})):
        value = roc_auc_score(y[rows], code)
        axes.bar(n + shift, value, width=0.34, **look)
        axes.text(n + shift, value + 0.035, f"{value:.2f}", ha="center")
        axes.text(n + shift, -0.04, "train" if shift < 0 else "test", ha="center", va="top", fontsize=8)
    axes.text(n, -0.17, f"{name},\n{'no shrinkage' if m == 0 else 'shrunk, m = 10'}", ha="center", va="top", fontsize=8, fontweight="bold")
axes.axhline(0.5, color=INK, ls="--", lw=0.9)
axes.text(4.15, 0.515, "chance: 0.50", ha="right", fontsize=8)
axes.set(ylim=(0, 1), ylabel="AUC", xticks=[], xlim=(-0.5, 4.15))
save(figure, __file__)
