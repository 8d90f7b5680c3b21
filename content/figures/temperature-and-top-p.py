"""Shares of five words at three temperatures, and after the tail is cut."""

import numpy as np
from style import ACCENT, INK, LIGHT, WARM, canvas, save

words = ["late", "here", "delayed", "lost", "purple"]
logits = np.array([3.0, 2.5, 1.5, 0.5, -1.0])


def shares(temperature):
    e = np.exp(logits / temperature)
    return e / e.sum()


plain = shares(1.0)
cut = np.where(np.arange(5) < np.searchsorted(plain.cumsum(), 0.9) + 1, plain, 0.0)
rows = [("temperature 0.5", shares(0.5)), ("temperature 1", plain), ("temperature 2", shares(2.0)), ("top-p 0.9", cut / cut.sum())]
figure, axes = canvas(1, 4, height=1.9, sharey=True)
for axis, (title, values), color in zip(axes, rows, (ACCENT, ACCENT, ACCENT, WARM), strict=True):
    axis.bar(range(5), values, color=color, width=0.62, hatch="//" if color == WARM else None, edgecolor=INK, linewidth=0.7)
    for at, value in enumerate(values):
        axis.text(at, value + 0.02, f"{value:.2f}" if value else "0", ha="center", va="bottom", color=INK, fontsize=7.5)
    axis.set_title(title, fontsize=8.5)
    axis.set_xticks(range(5), words, rotation=60, ha="right", rotation_mode="anchor", fontsize=8)
    axis.set(ylim=(0, 0.85), yticks=[])
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="x", length=0)
    axis.axhline(0, color=LIGHT, linewidth=0.7)

save(figure, __file__)
