import numpy as np
from style import ACCENT, WARM, canvas, save

rng = np.random.default_rng(0)
looks, rates = (1, 2, 5, 10, 20), []
for n in looks:
    z = np.abs(rng.normal(size=(100_000, n)).cumsum(axis=1) / np.sqrt(np.arange(1, n + 1)))
    rates.append((z > 1.959964).any(axis=1).mean())
figure, axes = canvas(height=2.4)
axes.axhline(0.05, color=WARM, ls="--", lw=1.3)
axes.plot(looks, rates, "-o", color=ACCENT)
for n, rate in zip(looks, rates):
    axes.annotate(f"{rate:.3f}", (n, rate), (0, -14) if n == 1 else (-4, 7), textcoords="offset points", ha="center")
axes.text(20.8, 0.045, "promised: 0.05", color=WARM, ha="right", va="top")
axes.set(xlabel="Looks at the data, stopping at the first significant one", ylabel="False positive rate", ylim=(0, 0.29), xlim=(0, 21), xticks=looks)
save(figure, __file__)
