import matplotlib.pyplot as plt
from style import ACCENT, INK, WARM, save

figure, panels = plt.subplots(1, 2, figsize=(36 / 25.4, 0.6), layout="constrained", sharey=True)
for axes, shares, color, value in zip(panels, ((0.30, 0.25, 0.25, 0.20), (0.40, 0.30, 0.20, 0.10)), (ACCENT, WARM), ("0.020", "0.228")):
    axes.bar(range(4), shares, width=0.75, color=color)
    axes.axhline(0.25, color=INK, lw=0.8, ls=":")
    axes.set_title(value, color=color, fontsize=8, loc="center", pad=2)
    axes.set(ylim=(0, 0.42), xticks=[], yticks=[])
    axes.spines["left"].set_visible(False)
save(figure, __file__)
