"""How much work is worth a worker, and how much of it is done at once, each with what it was measured to bring.

Measured on two cores with the first book: 260 questions, 303 pages.
"""

QUESTIONS_WORTH_A_WORKER = 20
"""Questions of a book for which a worker gets ready to lay out while the book is read: 1.1 s of a cold build, 0.6 s of an edit."""
FORMULAS_WORTH_WORKERS = 30
"""Formulas that workers draw: a process takes half a second to be able to draw one. 386 take 2.4 s here, 1.5 s shared."""
PAGES_READ_HERE = 60
"""Pages that are read here rather than sent to workers: that takes as long, 0.1 s."""
PAGES_READ_AT_ONCE = 1_500
"""Pages that a process reads at once: to open a large file takes a second, what was read is in memory, 100 kB a page."""
PAGES_READ_APART = 2_000
"""Pages that are read by processes that do nothing else: the table of a large file's objects would add 300 MB to each worker."""
PAGES_BOUND_APART = 2_000
"""Pages that are bound by a process that does nothing else: of 2,600 questions, that takes 500 MB, which are given back."""
NEW_ON_A_SHELF = 50
"""Small results that are worth the writing of a shelf, 0.05 s: fewer are sooner made again by the next build."""
