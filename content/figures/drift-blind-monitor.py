"""Twelve simulated weeks: the input monitor stays calm while accuracy falls."""

import numpy as np
from style import ACCENT, INK, WARM, canvas, save

rng = np.random.default_rng(0)
reference = rng.normal(size=5000)
changed_first = rng.normal(size=5000)  # week 7, the rows of the worked example
weeks = np.arange(1, 13)
inputs = {week: changed_first if week == 7 else rng.normal(size=5000) for week in weeks}
edges = np.quantile(reference, np.linspace(0, 1, 11))
edges[0], edges[-1] = -np.inf, np.inf
expected = np.histogram(reference, edges)[0] / 5000


def psi(x):
    actual = np.histogram(x, edges)[0] / 5000
    return float(np.sum((actual - expected) * np.log(actual / expected)))


drift = [psi(x) for x in inputs.values()]
accuracy = [float(np.mean((x > 0) == (x > (0.8 if week >= 7 else 0)))) for week, x in inputs.items()]

figure, (top, bottom) = canvas(2, 1, height=2.9, sharex=True)
top.plot(weeks, drift, "s-", color=ACCENT)
top.axhline(0.1, color=INK, linestyle=":", linewidth=1.1)
top.text(1, 0.094, "customary first alarm, 0.10", color=INK, va="top")
top.text(12, max(drift[-3:]) + 0.01, f"{min(drift):.3f} to {max(drift):.3f}", color=ACCENT, ha="right", va="bottom")
top.set(ylim=(0, 0.12), yticks=[0, 0.05, 0.1], title="PSI of the input")
bottom.plot(weeks, accuracy, "o-", color=WARM)
bottom.text(1, 0.96, "1.00", color=WARM, va="top")
bottom.text(12, accuracy[-1] + 0.04, f"about {np.mean(accuracy[6:]):.2f}", color=WARM, ha="right", va="bottom")
bottom.set(ylim=(0.5, 1.05), yticks=[0.5, 0.75, 1], title="Accuracy", xlabel="week", xticks=weeks)
for panel in (top, bottom):
    panel.axvline(6.5, color=INK, linestyle="--", linewidth=0.8)
bottom.text(6.4, 0.54, "the label rule changes", color=INK, ha="right", va="bottom")

save(figure, __file__)
