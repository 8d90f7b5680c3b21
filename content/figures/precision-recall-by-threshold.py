"""Precision and recall of ten scored cases at every threshold."""

import numpy as np
from style import ACCENT, INK, WARM, canvas, save

p = np.array([0.90, 0.80, 0.70, 0.60, 0.55, 0.40, 0.35, 0.30, 0.20, 0.10])
y = np.array([1, 1, 0, 1, 0, 1, 0, 0, 0, 0])
edges = np.r_[0, p[::-1]]  # a cut in (edge k-1, edge k] flags the same cases
precision = np.array([y[p >= cut].mean() for cut in edges])
recall = np.array([y[p >= cut].sum() / 4 for cut in edges])

figure, axes = canvas(height=2.5)
axes.step(edges, recall, where="pre", color=WARM, linestyle="--")
axes.step(edges, precision, where="pre", color=ACCENT)
axes.axvline(0.2, ymax=0.93, color=INK, linestyle=":", linewidth=1.1)
axes.text(0.215, 0.15, "$t^* = 0.2$: a miss costs\nfour times a false alarm", color=INK, va="center")
axes.text(0.93, 0.25, "recall", color=WARM, va="center")
axes.text(0.93, 1.0, "precision", color=ACCENT, va="center")
axes.annotate("a dip: 3/4 to 2/3", (0.65, 0.665), (0.565, 0.9), color=ACCENT, ha="center",
              arrowprops={"arrowstyle": "-", "color": ACCENT, "linewidth": 0.7, "shrinkB": 2})  # fmt: skip
axes.set(xlabel="threshold", ylabel="rate", xlim=(0, 1.06), ylim=(0, 1.08),
         xticks=[0, 0.2, 0.4, 0.6, 0.8, 1], yticks=[0, 0.25, 0.5, 0.75, 1])  # fmt: skip

save(figure, __file__)
