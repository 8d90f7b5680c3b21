import numpy as np
from sklearn.model_selection import TimeSeriesSplit
from style import ACCENT, INK, WARM, canvas, save

walk = np.cumsum(np.random.default_rng(0).normal(size=600))
figure, (top, bottom) = canvas(2, 1, height=2.7, sharex=True, height_ratios=[1.25, 1])
for split, (train, test) in enumerate(TimeSeriesSplit(5).split(walk)):
    top.barh(split, len(train), height=0.5, color=ACCENT)
    top.barh(split, len(test), left=test[0], height=0.5, facecolor="none", edgecolor=WARM, hatch="/////", lw=1)
top.text(210, 0, "test: the next 100 points", va="center", color=WARM)
top.text(310, 1, "train: everything before", va="center", color=ACCENT)
top.set(yticks=range(5), yticklabels=range(1, 6), ylim=(4.5, -0.5), ylabel="Split")
top.tick_params(axis="both", length=0)
top.spines["bottom"].set_visible(False)
bottom.plot(np.arange(600)[::2], walk[::2], "-", color=INK, lw=1)
for edge in range(100, 600, 100):
    bottom.axvline(edge, color=WARM, lw=0.6, ls=":")
bottom.set(xlabel="Time index", ylabel="Random walk", xlim=(0, 600))
save(figure, __file__)
