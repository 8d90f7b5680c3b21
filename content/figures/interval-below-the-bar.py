from math import sqrt

from style import ACCENT, INK, SOFT, WARM, canvas, save

b, c, n = 24, 20, 2000
gain, half = 100 * (b - c) / n, 196 * sqrt(b + c - (b - c) ** 2 / n) / n
figure, axes = canvas(height=2.0)
axes.vlines(0, -0.2, 1, color=SOFT, lw=1, ls=":")
axes.axvline(1, color=WARM, lw=1.5, ls="--")
axes.errorbar(gain, 0, xerr=half, fmt="o", color=ACCENT, capsize=6, lw=2, ms=7, capthick=2)
for x in (gain - half, gain, gain + half):
    axes.text(x, 0.2, f"{x:+.2f}".replace("-", "\N{MINUS SIGN}"), ha="center", color=ACCENT)
axes.text(-0.02, 0.82, "no change", ha="right", color=INK)
axes.text(1.02, 0.82, "smallest gain\nworth having", color=WARM, va="center")
axes.text(gain, -0.38, "95% interval, 2,000 paired cases", ha="center", color=ACCENT)
axes.set(xlim=(-0.7, 1.45), ylim=(-0.6, 1), yticks=[], xlabel="Gain in accuracy from the feature (percentage points)", xticks=[-0.5, 0, 0.5, 1.0])
axes.spines["left"].set_visible(False)
save(figure, __file__)
