import matplotlib.pyplot as plt
from style import ACCENT, INK, WARM, save

minutes = [10, 12, 13, 15, 50]
figure, axes = plt.subplots(figsize=(36 / 25.4, 0.62), layout="constrained")
axes.plot(minutes, [0] * 5, "o", color=INK, ms=3.5, mew=0)
for value, name, top, line, color in ((13, "median 13", 0.8, "--", WARM), (20, "mean 20", 0.35, "-", ACCENT)):
    axes.plot([value, value], [0, top], line, color=color, lw=1.1)
    axes.text(value + 1.5, top - 0.2, name, color=color, fontsize=8, ha="left", va="bottom")
axes.set(xlim=(8, 52), ylim=(-0.12, 1), xticks=[10, 30, 50], yticks=[])
axes.spines["left"].set_visible(False)
axes.tick_params(labelsize=7.5, length=2, pad=1.5)
save(figure, __file__)
