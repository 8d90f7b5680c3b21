from math import comb

from style import ACCENT, INK, WARM, canvas, save

voters = range(1, 22, 2)
figure, axes = canvas(height=2.5)
for p, look, color in ((0.7, "-o", ACCENT), (0.6, "-.^", INK), (0.5, ":", INK), (0.4, "--s", WARM)):
    right = [sum(comb(m, j) * p**j * (1 - p) ** (m - j) for j in range(m // 2 + 1, m + 1)) for m in voters]
    axes.plot(voters, right, look, color=color, ms=4)
    axes.text(21.6, right[-1], f"each right {p:.0%}", color=color, va="center")
    if p in (0.4, 0.7):
        for m in (3, 5, 11):
            axes.annotate(f"{right[m // 2]:.3f}", (m, right[m // 2]), (0, 7 if p > 0.5 else -14), textcoords="offset points", ha="center", fontsize=8, color=color)
axes.set(xlabel="Independent voters", ylabel="Majority is right", xlim=(0.5, 27), ylim=(0, 1.08), xticks=[1, 3, 5, 7, 9, 11, 15, 21], yticks=[0, 0.25, 0.5, 0.75, 1])
axes.spines["bottom"].set_bounds(0.5, 21)
save(figure, __file__)
