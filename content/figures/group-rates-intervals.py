"""Four rates of two groups with 95% Wilson intervals."""

import numpy as np
from style import ACCENT, WARM, canvas, save

counts = {"A": (40, 10, 8, 42), "B": (18, 12, 10, 60)}  # TP, FN, FP, TN
names = ("selection rate", "true positive\nrate", "false positive\nrate", "precision")


def rates(tp, fn, fp, tn):
    return np.array([tp + fp, tp, fp, tp]), np.array([tp + fn + fp + tn, tp + fn, fp + tn, tp + fp])


figure, axes = canvas(height=2.7)
for group, shift, color, hatch in (("A", -0.2, ACCENT, None), ("B", 0.2, WARM, "////")):
    hits, n = rates(*counts[group])
    share, z2 = hits / n, 1.96**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = 1.96 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    at = np.arange(4) + shift
    axes.bar(at, share, 0.34, facecolor="none" if hatch else color, alpha=0.55, hatch=hatch, edgecolor=color, linewidth=0.8)
    axes.errorbar(at, share, [share - middle + half, middle + half - share], fmt="none", color=color, capsize=3, linewidth=1.3)
    for x, value, top, size in zip(at, share, middle + half, n, strict=True):
        axes.text(x, top + 0.02, f"{value:.3f}".removesuffix("0"), color=color, ha="center", va="bottom")
        axes.text(x, -0.03, f"{group}, {size}", color=color, ha="center", va="top", fontsize=8)
axes.set(xticks=range(4), xticklabels=names, ylim=(0, 1.0), yticks=[0, 0.25, 0.5, 0.75, 1], ylabel="rate")
axes.tick_params(axis="x", length=0, pad=15)

save(figure, __file__)
