import numpy as np
from style import ACCENT, INK, canvas, save

limits = {"int64": "whole numbers to about 9 × 10$^{18}$", "int32": "whole numbers to about 2.1 × 10$^9$",
          "float32": "every whole number to 16,777,216", "uint8": "0 to 255, then wraps"}  # fmt: skip
figure, axes = canvas(height=2.1)
for y, (name, limit) in enumerate(limits.items()):
    megabytes = np.zeros(1_000_000, dtype=name).nbytes / 1e6
    axes.barh(y, megabytes, height=0.55, color=ACCENT)
    axes.text(megabytes + 0.15, y - 0.02, f"{megabytes:.0f} MB", va="center", fontweight="bold")
    axes.text(megabytes + 1.45, y, limit, va="center", fontsize=8.0, color=INK)
axes.set(xlim=(0, 16), yticks=range(4), yticklabels=limits, xticks=[0, 2, 4, 6, 8], xlabel="Memory for one million values (MB)")
axes.xaxis.set_label_coords(0.25, -0.16)
axes.invert_yaxis()
axes.spines["bottom"].set_bounds(0, 8)
axes.tick_params(axis="y", length=0)
save(figure, __file__)
