"""Draw four light rhythms, one bar each, over twelve seconds: python light-rhythms.py writes light-rhythms.svg."""

import hashlib
from pathlib import Path

HERE = Path(__file__)
SECONDS, WIDTH, ROW = 12, 360, 26
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
    lines.append(f'<rect x="0" y="{y}" width="{WIDTH}" height="18" fill="#1c2b30"/>')
    for start, length in rhythm:
        lines.append(f'<rect x="{start * scale:g}" y="{y}" width="{length * scale:g}" height="18" fill="#f2d16b"/>')
for second in range(SECONDS + 1):
    lines.append(f'<path d="M{second * scale:g} 0v3" stroke="#1c2b30" stroke-width="0.6"/>')
HERE.with_suffix(".svg").write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")
