"""Which method fits which ratio of data to memory."""

from style import ACCENT, INK, SOFT, WARM, canvas, save

steps = (
    (0.1, "in memory,\none machine"), (0.5, "drop columns,\nnarrow types"), (5, "chunks, DuckDB,\nPolars, Dask"),
    (50, "PySpark or\nanother cluster"),
)  # fmt: skip
starts = (0.02, 0.22, 1.6, 16, 300)  # steps meet halfway between the named ratios
figure, axes = canvas(height=2.5)
for level, (ratio, words) in enumerate(steps):
    axes.plot(starts[level : level + 2], [level, level], color=ACCENT, linestyle="-", linewidth=2.2)
    if level:
        axes.plot([starts[level]] * 2, [level - 1, level], color=SOFT, linestyle=":", linewidth=1)
    axes.plot(ratio, level, "o", color=ACCENT, markersize=6)
    axes.text(ratio, level + 0.16, words, color=INK, ha="center", va="bottom", linespacing=1.1)
axes.vlines(1, -1.1, 0.86, color=SOFT, linestyle="--", linewidth=0.8)
axes.text(1.12, 0.3, "data as large\nas memory", color=INK, va="center", linespacing=1.1)
for ratio, words, side in ((4 / 32, "4 GB", "center"), (200 / 32, "200 GB", "center")):
    axes.plot(ratio, -0.72, "^", color=WARM)
    axes.text(ratio * 1.25, -0.72, f"{words} on 32 GB", color=WARM, va="center")
axes.set(xscale="log", xlim=(0.02, 300), ylim=(-1.1, 4.1), xticks=[0.1, 0.5, 1, 5, 50], xticklabels=["0.1", "0.5", "1", "5", "50"],
         yticks=[], xlabel="data divided by RAM (log scale)")  # fmt: skip
axes.spines["left"].set_visible(False)
axes.minorticks_off()

save(figure, __file__)
