import numpy as np
from style import ACCENT, INK, SOFT, WARM, canvas, save

days = np.arange(-5, 21)
fall = np.interp(days, [0, 9], [4.1, 3.3])
after = np.where(days < 13, 3.7, 4.0)
figure, axes = canvas(height=2.5)
first = days <= 9
axes.plot(days[first], fall[first], "--s", color=WARM, ms=3.5)
axes.plot([9, *days[days > 9]], [3.7, *after[days > 9]], "-o", color=ACCENT, ms=4)
axes.annotate("", (9, 3.68), (9, 3.34), arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.1})
for x, y, text, side in ((0, 4.13, "day 0: category\ncodes renamed", "left"), (8.4, 3.24, "day 9: noticed in the\nweekly report", "right"),
                         (9.6, 3.5, "day 9, within 40 minutes:\nrollback to popular items", "left"), (12.8, 4.1, "day 12: mapping fixed,\nmodel retrained", "left")):  # fmt: skip
    axes.text(x, y, text, ha=side, va="bottom" if y > 4 else "center", fontsize=9, linespacing=1.1)
axes.text(-5, 4.02, "4.1%", color=WARM, va="top")
axes.text(20.2, 3.93, "4.0%", color=ACCENT, va="top", ha="right")
axes.text(10.6, 3.77, "3.7%", color=ACCENT, ha="center")
axes.text(9.25, 3.27, "3.3%", color=WARM, va="center")
axes.axvline(12, ymin=0.62, ymax=0.82, color=SOFT, lw=0.8, ls=":")
axes.axvline(0, ymin=0.1, ymax=0.8, color=SOFT, lw=0.8, ls=":")
axes.set(xlabel="Day", ylabel="Click rate (%)", ylim=(3.1, 4.4), xlim=(-5.5, 20.5), xticks=[-5, 0, 5, 9, 12, 15, 20], yticks=[3.2, 3.6, 4.0, 4.4])
save(figure, __file__)
