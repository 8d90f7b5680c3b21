"""Variance of an average of B correlated models, with the floor that correlation leaves."""

import numpy as np
from style import ACCENT, INK, SOFT, WARM, canvas, save

members = np.geomspace(1, 200, 120)
figure, axes = canvas(height=2.5)
for rho, color, line in ((0.7, INK, "-."), (0.3, WARM, "--"), (0.0, ACCENT, "-")):
    axes.plot(members, rho + (1 - rho) / members, color=color, linestyle=line)
    axes.axhline(rho, color=SOFT, linestyle=":", linewidth=1)
    axes.text(210, rho + 0.02, rf"$\rho$ = {rho:g}", color=color, va="bottom")
for count in (1, 10, 100):
    axes.plot(count, 0.3 + 0.7 / count, "o", color=WARM)
    shown = f"{0.3 + 0.7 / count:.3f}" if count == 100 else f"{0.3 + 0.7 / count:.2f}"
    axes.text(count * 1.08, 0.3 + 0.7 / count + 0.04, shown, color=WARM, va="bottom")
axes.set(xscale="log", xlabel="number of models averaged, $B$", ylabel=r"variance of the average ($\sigma^2 = 1$)",
         xticks=[1, 10, 100, 200], xticklabels=["1", "10", "100", "200"], xlim=(0.95, 330), ylim=(-0.03, 1.12))  # fmt: skip
axes.minorticks_off()

save(figure, __file__)
