import numpy as np
from style import ACCENT, SOFT, WARM, canvas, save

figure, panels = canvas(1, 3, height=2.0)
for axes, n, hub in zip(panels, (5, 12, 12), (False, False, True)):
    angles = np.pi / 2 + 2 * np.pi * np.arange(n) / n
    people = np.c_[np.cos(angles), np.sin(angles)]
    ends = [(p, np.zeros(2)) for p in people] if hub else [(people[i], people[j]) for i in range(n) for j in range(i)]
    for a, b in ends:
        axes.plot(*zip(a, b), "-", color=WARM if not hub else ACCENT, lw=0.5 if n == 12 and not hub else 1)
    axes.plot(*people.T, "o", color=SOFT, ms=7)
    if hub:
        axes.plot(0, 0, "s", color=ACCENT, ms=15)
    axes.set_title(f"One shared page: {n} links" if hub else f"{n} people: {len(ends)} pairs", loc="center")
    axes.set(aspect="equal", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
    axes.axis("off")
save(figure, __file__)
