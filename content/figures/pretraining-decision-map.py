"""Where to start between frozen features and training from scratch."""

from matplotlib.patches import Rectangle
from style import ACCENT, INK, SOFT, WARM, canvas, save

FROZEN = {"facecolor": "none", "edgecolor": SOFT, "linewidth": 0.8}
UPDATED = {"facecolor": ACCENT, "edgecolor": ACCENT, "linewidth": 0.8}
RANDOM = {"facecolor": "none", "edgecolor": WARM, "linewidth": 0.8, "hatch": "//////"}
figure, axes = canvas(height=2.9)


def stack(x, y, body, adapter=False):
    """Draw a network of four layers with a new head on top."""
    for layer in range(5):
        axes.add_patch(Rectangle((x, y + 0.1 * layer), 0.2, 0.07, **(RANDOM if layer == 4 else body)))
        if adapter and layer < 4:
            axes.add_patch(Rectangle((x + 0.215, y + 0.1 * layer), 0.04, 0.07, **RANDOM))


for x, y, body, adapter, words, rung in (
    (0, 0, FROZEN, False, "frozen features\nand a head", "rung 2"),
    (1, 0, UPDATED, False, "fine-tune", "rung 4"),
    (0, 1, FROZEN, True, "adapter, or more\npre-training", "rungs 3 and 5"),
    (1, 1, RANDOM, False, "scratch is\na candidate", "rung 6"),
):
    stack(x + 0.08, y + 0.27, body, adapter)
    axes.text(x + 0.4, y + 0.56, words, color=INK, va="center", fontweight="bold")
    axes.text(x + 0.4, y + 0.26, rung, color=INK, va="bottom", fontsize=8.5)
axes.hlines(1, 0, 2, color=SOFT, linewidth=0.7)
axes.vlines(1, 0, 2, color=SOFT, linewidth=0.7)
for x, kind, words in ((0.0, FROZEN, "frozen"), (0.47, UPDATED, "updated from pre-trained"), (1.34, RANDOM, "trained from random")):
    axes.add_patch(Rectangle((x, 2.13), 0.1, 0.09, **kind))
    axes.text(x + 0.13, 2.175, words, color=INK, va="center", fontsize=8.5)
axes.set(xlim=(0, 2.02), ylim=(0, 2.28), xticks=[0.5, 1.5], xticklabels=["few", "many"], yticks=[0.5, 1.5], yticklabels=["near", "far"],
         xlabel="labeled data", ylabel="distance from pre-training")  # fmt: skip
axes.spines["left"].set_bounds(0, 2)
axes.tick_params(length=0)
axes.yaxis.set_label_coords(-0.085, 0.44)

save(figure, __file__)
