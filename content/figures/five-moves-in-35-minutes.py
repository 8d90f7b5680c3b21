from style import ACCENT, INK, SOFT, WARM, canvas, save

moves = [("Clarify", 4), ("State\ngoal", 4), ("Outline", 5), ("Work aloud", 17), ("Check,\nsum up", 5)]
figure, axes = canvas(height=2.0)
start, tip = 0, 0.55
for name, minutes in moves:
    a, b = start + 0.12, start + minutes - 0.12
    color = WARM if minutes == 17 else ACCENT
    axes.fill([a, b, b + tip, b, a, a + tip], [0.3, 0.3, 0.65, 1, 1, 0.65], fill=False, edgecolor=color, lw=1.4, ls="-")
    axes.text((a + b + tip) / 2 + 0.15, 0.65, name, ha="center", va="center", fontsize=8 if minutes < 17 else 10, linespacing=1.05)
    axes.text((a + b + tip) / 2, 1.1, f"{minutes} min", ha="center", va="bottom", color=color, fontweight="bold")
    start += minutes
axes.plot([0.12, 35], [0.12, 0.12], "-", color=SOFT, lw=0.8)
for minute in (0, 4, 8, 13, 30, 35):
    x = max(minute, 0.12)
    axes.plot([x, x], [0.12, 0.06], "-", color=SOFT, lw=0.8)
    axes.text(x, 0.02, minute, ha="center", va="top", fontsize=8)
axes.text(21.5, 0.02, "minutes elapsed", ha="center", va="top", fontsize=8, color=INK)
axes.set(xlim=(-0.4, 35.8), ylim=(-0.2, 1.35))
axes.axis("off")
save(figure, __file__)
