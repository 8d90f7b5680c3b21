import numpy as np
from style import ACCENT, SOFT, WARM, canvas, save

rng = np.random.default_rng(0)
Q = np.zeros((5, 2))  # five cells; 0 = left, 1 = right
for _ in range(500):
    cell = 0
    while cell != 4:
        greedy, explore = int(Q[cell, 1] >= Q[cell, 0]), rng.random() < 0.2
        move = int(rng.integers(2)) if explore else greedy
        new = cell + 1 if move else max(0, cell - 1)
        target = 1.0 if new == 4 else 0.9 * Q[new].max()
        Q[cell, move] += 0.5 * (target - Q[cell, move])
        cell = new
figure, axes = canvas(height=2.4)
for cell in range(4):
    for move, look in ((0, {"facecolor": "none", "edgecolor": WARM, "hatch": "////"}), (1, {"facecolor": ACCENT})):
        x = cell + (move - 0.5) * 0.38
        axes.bar(x, Q[cell, move], width=0.34, **look)
        axes.text(x, Q[cell, move] + 0.02, f"{Q[cell, move]:.3f}", ha="center", fontsize=8)
axes.text(-0.19, 0.76, "left", ha="center", color=WARM, fontweight="bold")
axes.text(0.19, 0.835, "right", ha="center", color=ACCENT, fontweight="bold")
axes.text(4, 0.06, "goal:\nreward 1", ha="center", va="bottom", fontsize=9)
axes.plot(4, 0.02, "D", color=SOFT, ms=6, clip_on=False)
axes.set(ylim=(0, 1.12), xlim=(-0.55, 4.45), xlabel="Cell of the corridor", ylabel="Learned value", xticks=range(5))
save(figure, __file__)
