import numpy as np
from matplotlib.patches import Rectangle
from style import ACCENT, INK, SOFT, WARM, canvas, save

rng = np.random.default_rng(0)
X = rng.normal(size=(500, 4))
X = np.c_[X, X.sum(axis=1) + 0.3 * rng.normal(size=500)]
C = np.corrcoef(X, rowvar=False)
vif = np.diag(np.linalg.inv(C))
names = [f"$x_{j}$" for j in range(1, 6)]
figure, (left, right) = canvas(1, 2, height=2.4, width_ratios=[1, 1.15])
for i in range(5):
    for j in range(i):
        close = abs(C[i, j]) > 0.4
        left.add_patch(Rectangle((j - 0.44, i - 0.44), 0.88, 0.88, fill=False, edgecolor=ACCENT if close else SOFT, lw=1.8 if close else 0.6))
        left.text(j, i, f"{round(C[i, j], 2) + 0:.2f}".replace("-", "\N{MINUS SIGN}"), ha="center", va="center", fontsize=8)
left.set(xlim=(-0.5, 3.5), ylim=(4.5, 0.5), xticks=range(4), yticks=range(1, 5), xticklabels=names[:4], yticklabels=names[1:])
left.tick_params(length=0)
left.spines[:].set_visible(False)
left.set_title("Correlation: at most 0.53")
right.barh(range(5), vif, height=0.55, color=[ACCENT] * 4 + [WARM])
for j, value in enumerate(vif):
    right.text(value + 1, j, f"{value:.1f}", va="center", fontsize=9)
for limit in (5, 10):
    right.axvline(limit, color=INK if limit == 10 else SOFT, lw=0.9, ls="--")
right.set(yticks=range(5), yticklabels=names, xlim=(0, 58), ylim=(4.5, -0.5), xticks=[0, 5, 10, 20, 30, 40, 50], xlabel="Variance inflation factor")
right.tick_params(axis="y", length=0)
right.set_title("VIF: up to 49.7")
save(figure, __file__)
