from style import ACCENT, SOFT, WARM, canvas, save

weeks = ["Fundamentals,\nevaluation", "Models, statistics,\nfeatures", "Data, systems,\nscenarios", "Stories\nand mocks"]
figure, axes = canvas(height=2.5)
for n, theme in enumerate(weeks):
    first = 7 * n + 1
    axes.barh(n, 6, left=first - 0.5, height=0.5, facecolor=ACCENT, alpha=0.3, lw=0)
    axes.barh(n, 6, left=first - 0.5, height=0.5, fill=False, edgecolor=ACCENT, lw=1)
    axes.plot(first, n, "D", color=ACCENT, ms=5)
    reviews = [first + gap for gap in (1, 3, 7, 14) if first + gap <= 28]
    axes.plot(reviews, [n] * len(reviews), "o", color=WARM, ms=5.5)
    if n == 0:
        axes.text(first, -0.36, "met", ha="center", va="bottom", fontsize=8, color=ACCENT)
        for gap in (1, 3, 7, 14):
            axes.text(first + gap + (0.25 if gap == 1 else 0), -0.36, f"+{gap}", ha="center", va="bottom", fontsize=8, color=WARM)
axes.set(xlim=(0.2, 28.8), ylim=(3.6, -0.75), yticks=range(4), xticks=[1, 8, 15, 22, 28], xlabel="Day")
axes.set_yticklabels(weeks, fontsize=9)
axes.tick_params(axis="y", length=0)
for day in (8, 15, 22):
    axes.axvline(day - 0.75, color=SOFT, lw=0.5, ls=":")
save(figure, __file__)
