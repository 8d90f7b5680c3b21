from matplotlib.patches import Rectangle
from style import ACCENT, INK, WARM, canvas, save

pairs = [("Ana", "50"), ("Ana", "20"), ("Bo", "70")]
customer, orders = [("Cy", "NULL")], [("NULL", "15"), ("NULL", "5")]
joins = {"INNER": pairs, "LEFT": pairs + customer, "RIGHT": pairs + orders, "FULL": pairs + customer + orders}
figure, panels = canvas(1, 4, height=2.1)
for axes, (name, rows) in zip(panels, joins.items()):
    axes.set_title(f"{name}: {len(rows)} rows", loc="center")
    axes.text(0.5, 0.35, "name", ha="center", va="center", color=INK, fontsize=8)
    axes.text(1.5, 0.35, "total", ha="center", va="center", color=INK, fontsize=8)
    for n, row in enumerate(rows):
        matched = "NULL" not in row
        color = ACCENT if matched else WARM
        axes.add_patch(Rectangle((0, -n - 0.92), 2, 0.84, fill=False, edgecolor=color, lw=1.1, ls="-" if matched else "--"))
        for column, value in enumerate(row):
            axes.text(column + 0.5, -n - 0.5, value, ha="center", va="center", style="italic" if value == "NULL" else "normal")
    axes.set(xlim=(-0.06, 2.06), ylim=(-6.05, 0.7))
    axes.axis("off")
save(figure, __file__)
