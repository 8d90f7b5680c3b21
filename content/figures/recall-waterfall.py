from style import ACCENT, LIGHT, SOFT, WARM, canvas, save

steps = [("reported,\nrandom split", 0, 0.55), ("shared cards\nremoved", 0.55, 0.50), ("honest\nbaseline", 0, 0.50),
         ("merchant\nfield repaired", 0.50, 0.56), ("threshold\nmoved", 0.56, 0.60), ("after the\nshadow run", 0, 0.60)]  # fmt: skip
figure, axes = canvas(height=2.5)
for x, (name, start, end) in enumerate(steps):
    total, loss = start == 0, end < start
    look = {"facecolor": "none", "edgecolor": SOFT, "linestyle": "--"} if x == 0 else {"facecolor": SOFT if total else WARM if loss else ACCENT}
    axes.bar(x, end - start, bottom=start, width=0.62, **look)
    label = f"{end:.2f}" if total else f"{end - start:+.2f}".replace("-", "\N{MINUS SIGN}")
    axes.text(x, max(start, end) + (0.04 if x == 5 else 0.015), label, ha="center", fontsize=9)
    if x < 5:
        axes.plot([x + 0.31, x + 0.69], [end, end], "-", lw=0.7, color=LIGHT)
axes.errorbar(5, 0.60, yerr=0.023, color=WARM, capsize=4, lw=1.3)
axes.set(ylim=(0, 0.7), ylabel="Recall", xticks=range(6))
axes.set_xticklabels([s[0] for s in steps], fontsize=8)
axes.tick_params(axis="x", length=0)
save(figure, __file__)
