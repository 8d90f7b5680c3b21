import matplotlib.pyplot as plt
import numpy as np
from style import ACCENT, LIGHT, WARM, save

before, pair = np.linspace(0, 3, 61), np.array([0.5, 3])
figure, axes = plt.subplots(figsize=(36 / 25.4, 0.83), layout="constrained")
axes.plot(before, before, ":", color=LIGHT, lw=0.9)
axes.plot(before, before / 2, "-", color=ACCENT, lw=1.3)
axes.plot(pair, pair / 2, "o", color=ACCENT, ms=3, mew=0)
axes.plot(before, np.maximum(before - 1, 0), "--", color=WARM, lw=1.3)
axes.plot(pair, np.maximum(pair - 1, 0), "s", color=WARM, ms=3, mew=0)
axes.text(0.55, 1.05, "ridge", color=ACCENT, fontsize=8, ha="center", va="bottom")
axes.text(1.75, 0.08, "lasso", color=WARM, fontsize=8, ha="left", va="bottom")
axes.set(xlim=(0, 3.15), ylim=(-0.12, 2.3), xticks=[0, 1, 3], yticks=[0, 1, 2])
axes.tick_params(labelsize=7.5, length=2, pad=1.5)
save(figure, __file__)
