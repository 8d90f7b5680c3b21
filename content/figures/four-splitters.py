"""Which of 20 rows each fold tests under four splitters."""

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit
from style import ACCENT, INK, SOFT, WARM, canvas, save

rows = np.arange(20)
rare = (rows >= 16).astype(int)
person = np.repeat(np.arange(8), [3, 2, 3, 2, 3, 2, 3, 2])
plans = {
    "KFold": (KFold(4), "four rare cases at the end"),
    "StratifiedKFold": (StratifiedKFold(4), "four rare cases at the end"),
    "GroupKFold": (GroupKFold(4), "eight people"),
    "TimeSeriesSplit, gap of 2": (TimeSeriesSplit(4, test_size=3, gap=2), "earlier to later"),
}


def runs(members):
    """Join neighboring rows into bars."""
    parts = np.split(members, np.flatnonzero(np.diff(members) > 1) + 1)
    return [(part[0] - 0.5, part.size) for part in parts]


figure, axes = canvas(2, 2, height=2.9, sharex=True, sharey=True)
for panel, (name, (splitter, note)) in zip(axes.flat, plans.items(), strict=True):
    for fold, (train, test) in enumerate(splitter.split(rows, rare, person if name == "GroupKFold" else None)):
        panel.broken_barh(runs(train), (fold - 0.05, 0.1), color=SOFT, linewidth=0)
        panel.broken_barh(runs(np.sort(test)), (fold - 0.33, 0.66), color=ACCENT, linewidth=0)
    if name == "GroupKFold":
        panel.broken_barh(runs(rows[person % 2 == 0]), (4.05, 0.5), color=WARM, linewidth=0)
        panel.broken_barh(runs(rows[person % 2 == 1]), (4.05, 0.5), facecolor="none", edgecolor=WARM, linewidth=0.8)
    elif name.startswith("Time"):
        panel.annotate("", (19.5, 4.3), (-0.5, 4.3), arrowprops={"arrowstyle": "->", "color": WARM, "linewidth": 1.2})
        panel.text(11, 0, "block: test", color=ACCENT, fontsize=8, va="center")
        panel.text(14, 1, "line: train", color=INK, fontsize=8, va="center")
    else:
        panel.broken_barh([(-0.5, 16)], (4.05, 0.5), facecolor="none", edgecolor=WARM, linewidth=0.8)
        panel.broken_barh([(15.5, 4)], (4.05, 0.5), color=WARM, linewidth=0)
    panel.text(-0.5, 4.75, note, color=WARM, fontsize=8, va="top")
    panel.set_title(name)
    panel.set(ylim=(5.7, -0.6), xlim=(-0.7, 19.7), xticks=[], yticks=range(4), yticklabels=[1, 2, 3, 4])
    panel.spines[["left", "bottom"]].set_visible(False)
    panel.tick_params(length=0)
for panel in axes[:, 0]:
    panel.set_ylabel("fold", color=INK, y=0.68)

save(figure, __file__)
