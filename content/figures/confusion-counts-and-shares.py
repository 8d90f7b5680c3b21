"""One confusion matrix as counts and as shares of each row, with a bar in every cell."""

import numpy as np
from style import ACCENT, INK, SOFT, WARM, canvas, save

counts = np.array([[40, 10], [30, 920]])
shares = counts / counts.sum(axis=1, keepdims=True)
figure, axes = canvas(1, 2, height=2.3, sharey=True)
for panel, title, lengths, words in (
    (axes[0], "Counts", counts / counts.sum(), counts.astype(str)),
    (axes[1], "Percentage of the row", shares, np.array([[f"{100 * v:.1f}%".replace(".0%", "%") for v in row] for row in shares])),
):
    for row in range(2):
        for column in range(2):
            right = row == column
            color, name = (ACCENT if right else WARM), (("TP", "FN"), ("FP", "TN"))[row][column]
            panel.barh(row + 0.27, 0.84 * lengths[row, column], 0.15, left=column + 0.08, color=color, alpha=0.85,
                       hatch=None if right else "////", fill=right, edgecolor=color, linewidth=0.6)  # fmt: skip
            panel.text(column + 0.5, row - 0.06, words[row, column], color=color, fontsize=14, ha="center", va="center")
            panel.text(column + 0.08, row - 0.42, name, color=INK, fontsize=8, va="top")
    panel.hlines([-0.5, 0.5, 1.5], 0, 2, color=SOFT, linewidth=0.7)
    panel.vlines([0, 1, 2], -0.5, 1.5, color=SOFT, linewidth=0.7)
    panel.set(title=title, xlabel="Predicted", xticks=[0.5, 1.5], xticklabels=["positive", "negative"], xlim=(-0.02, 2.02),
              ylim=(1.52, -0.52), yticks=[0, 1], yticklabels=["positive", "negative"])  # fmt: skip
    panel.spines[["left", "bottom"]].set_visible(False)
    panel.tick_params(length=0)
axes[0].set_ylabel("Actual")

save(figure, __file__)
