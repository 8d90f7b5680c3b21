import numpy as np
from style import ACCENT, INK, WARM, canvas, save

rng = np.random.default_rng(0)
best = np.maximum.accumulate(rng.binomial(100, 0.5, (500, 200)), axis=1) / 100
trials = np.unique(np.geomspace(1, 200, 60).astype(int))
mean, low, high = best.mean(axis=0), *np.quantile(best, [0.05, 0.95], axis=0)
figure, axes = canvas(height=2.4)
for edge in (low, high):
    axes.plot(trials, edge[trials - 1], color=ACCENT, ls=":", lw=1.2)
axes.plot(trials, mean[trials - 1], color=ACCENT)
axes.axhline(0.5, color=WARM, ls="--", lw=1.3)
for t in (1, 10, 50, 200):
    axes.plot(t, mean[t - 1], "o", color=ACCENT, ms=5)
    axes.annotate(f"{mean[t - 1]:.3f}", (t, mean[t - 1]), (4, -13) if t == 1 else (0, 6), textcoords="offset points", ha="left" if t == 1 else "center")
axes.text(200, 0.494, "true accuracy of every model", color=WARM, ha="right", va="top")
axes.text(4.1, 0.632, "best score so far,\nmean of 500 runs", color=ACCENT, ha="right", va="bottom")
axes.text(75, 0.675, "between the dotted lines: 90% of the runs", color=INK, fontsize=8, ha="right")
axes.set(xscale="log", xlabel="Models tried", ylabel="Best score so far", ylim=(0.4, 0.7), xlim=(0.9, 240), xticks=[1, 2, 5, 10, 20, 50, 100, 200])
axes.set_xticklabels([1, 2, 5, 10, 20, 50, 100, 200])
axes.minorticks_off()
save(figure, __file__)
