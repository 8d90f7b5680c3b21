"""Nine grid trials test three values of the setting that matters; nine random trials test nine."""

import numpy as np
from style import ACCENT, INK, WARM, canvas, save

side = np.array([1, 3, 5]) / 6
grid = np.array([(a, b) for a in side for b in side])
random = np.random.default_rng(57).random((9, 2))

figure, axes = canvas(1, 2, height=2.6, sharey=True)
for panel, points, color, marker, name in (
    (axes[0], grid, ACCENT, "s", "Grid"), (axes[1], random, WARM, "o", "Random"),
):  # fmt: skip
    panel.plot([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], color=INK, linewidth=0.7, linestyle="-")
    panel.vlines(points[:, 0], -0.13, points[:, 1], color=color, linewidth=0.6, linestyle=":")
    panel.plot(points[:, 0], points[:, 1], linestyle="none", marker=marker, color=color, markersize=5)
    values = np.unique(points[:, 0].round(6))
    panel.vlines(values, -0.2, -0.11, color=color, linewidth=1.8)
    panel.set_title(f"{name}: 9 trials, {values.size} values")
    panel.set(xlabel="setting that matters", xlim=(-0.04, 1.04), ylim=(-0.22, 1.03), xticks=[], yticks=[], aspect="equal")
    panel.spines[["left", "bottom"]].set_visible(False)
axes[0].set_ylabel("setting that hardly matters")

save(figure, __file__)
