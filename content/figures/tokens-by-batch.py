"""Tokens a second against requests served together, for weights in 16 and in 4 bits."""

import numpy as np
from style import ACCENT, WARM, canvas, save

request, bandwidth = 2048 * 131_072, 2e12
figure, axes = canvas(height=2.5)
for bits, color, line, marker, most in ((16, ACCENT, "-", "o", 208), (4, WARM, "--", "s", 253)):
    batch = np.arange(1, most + 1)
    speed = batch * bandwidth / (8.03e9 * bits / 8 + batch * request)
    axes.plot(batch, speed, color=color, linestyle=line)
    above = bits == 4
    for at in (16, 64, most):
        axes.plot(at, speed[at - 1], marker, color=color)
        side = "right" if above and at < most else "left"
        offset = (-4 if side == "right" else 5, 4 if above else -4)
        axes.annotate(f"{speed[at - 1]:,.0f}", (at, speed[at - 1]), offset, textcoords="offset points", color=color,
                      ha=side, va="bottom" if above else "top")  # fmt: skip
axes.text(120, 7150, "weights in 4 bits", color=WARM, ha="left")
axes.text(130, 4500, "weights in 16 bits", color=ACCENT, va="top", ha="left")
axes.set(xlabel="requests served together", ylabel="tokens a second", xlim=(-14, 290), ylim=(0, 8000), xticks=[1, 16, 64, 128, 192, 256])
axes.set_yticks([0, 2000, 4000, 6000, 8000], ["0", "2,000", "4,000", "6,000", "8,000"])

save(figure, __file__)
