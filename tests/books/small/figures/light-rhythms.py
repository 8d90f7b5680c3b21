"""Draw four light rhythms, one bar each, over twelve seconds: python light-rhythms.py writes light-rhythms.svg."""

import hashlib
from pathlib import Path

HERE = Path(__file__)
SECONDS, WIDTH, ROW = 12, 360, 26
LIGHT, DARK = "#a8741a", "#6c757a"  # seen on white, and on black
RHYTHMS = (  # start and length of each appearance of light, in seconds
    ((0, 12),),
    ((0, 1), (4, 1), (8, 1)),
    ((0, 2), (4, 2), (8, 2)),
    ((0, 3), (4, 3), (8, 3)),
)

scale = WIDTH / SECONDS
digest = hashlib.sha256(HERE.read_bytes()).hexdigest()
lines = [
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {ROW * len(RHYTHMS)}" width="{WIDTH}" height="{ROW * len(RHYTHMS)}">',
    f"<!-- drawn from sha256:{digest} -->",
]
for row, rhythm in enumerate(RHYTHMS):
    y = row * ROW + 4
    lines.append(f'<rect x="0.5" y="{y}" width="{WIDTH - 1}" height="18" fill="none" stroke="{DARK}"/>')
    for start, length in rhythm:
        lines.append(f'<rect x="{start * scale:g}" y="{y}" width="{length * scale:g}" height="18" fill="{LIGHT}"/>')
for second in range(SECONDS + 1):
    lines.append(f'<path d="M{second * scale:g} 0v3" stroke="{DARK}" stroke-width="0.6"/>')
HERE.with_suffix(".svg").write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")
