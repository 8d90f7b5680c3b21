"""ROC and precision-recall curves of ten scored cases."""

import numpy as np
from sklearn.metrics import roc_auc_score
from style import ACCENT, INK, SOFT, WARM, canvas, save

p = np.array([0.90, 0.80, 0.70, 0.60, 0.55, 0.40, 0.35, 0.30, 0.20, 0.10])
y = np.array([1, 1, 0, 1, 0, 1, 0, 0, 0, 0])
hits, alarms = np.cumsum(y), np.cumsum(1 - y)
recall, false_rate, precision = hits / 4, alarms / 6, hits / (hits + alarms)
cut = int((p >= 0.5).sum()) - 1  # the last case flagged at 0.5

figure, (left, right) = canvas(1, 2, height=2.6)
left.plot([0, 1], [0, 1], color=SOFT, linestyle=":", linewidth=1.2)
left.plot(np.r_[0, false_rate], np.r_[0, recall], color=ACCENT)
left.plot(false_rate[cut], recall[cut], "D", color=WARM, markersize=6)
left.text(false_rate[cut] + 0.05, 0.87, "threshold 0.5", color=WARM, va="center")
left.text(1, 0.46, f"AUC {roc_auc_score(y, p):.3f}", color=ACCENT, ha="right")
left.text(0.36, 0.24, "chance", color=INK)
left.set(title="ROC", xlabel="false positive rate", ylabel="true positive rate")

right.axhline(y.mean(), color=SOFT, linestyle=":", linewidth=1.2)
right.step(np.r_[0, recall], np.r_[1, precision], where="pre", color=ACCENT)
right.plot(recall[cut], precision[cut], "D", color=WARM, markersize=6)
right.text(recall[cut] - 0.06, precision[cut] - 0.01, "threshold 0.5", color=WARM, ha="right", va="center")
right.text(0, y.mean() - 0.02, f"base rate {y.mean():.1f}", color=INK, va="top")
right.set(title="Precision\N{EN DASH}recall", xlabel="recall", ylabel="precision")
for panel in (left, right):
    panel.set(xlim=(-0.03, 1.05), ylim=(0, 1.06), xticks=[0, 0.5, 1], yticks=[0, 0.25, 0.5, 0.75, 1])

save(figure, __file__)
