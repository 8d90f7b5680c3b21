"""How much work is worth a worker, and how much of it is done at once, each with what it is there to bring.

Where a gain is given in seconds, it was measured with the first book: 50 questions, 303 pages. The others were not measured
anew when they came to stand here, and say what they were chosen for.
"""

QUESTIONS_WORTH_A_WORKER = 20
"""Questions of a book for which a worker gets ready to lay out while the book is read, so that nobody waits for the engine: an edit
takes 2.8 s instead of 3.4, and no more processor time, since the engine is loaded but once."""
SIGNATURES_LAID_OUT_HERE = 3
"""Signatures that are laid out here, where no worker is running: as many as an edit of a question changes. To start two workers costs
2.9 s of processor time, and an edit of 416 plain questions, in two editions on two papers, takes 7.3 s without, 10.2 with."""
FORMULAS_WORTH_WORKERS = 30
"""Formulas that workers draw, where none is running: a process must load what draws them first. To be measured."""
PAGES_READ_HERE = 60
"""Pages that are read here rather than sent to workers: that takes as long."""
PAGES_READ_AT_ONCE = 1_500
"""Pages that a process reads at once: what was read of them is in memory until it is handed over, and to open a large file takes a
second."""
PAGES_READ_APART = 2_000
"""Pages that are read by processes that do nothing else: the table of a large file's objects takes more memory than laying it out."""
PAGES_BOUND_APART = 5_000
"""Pages that are bound by a process that does nothing else and gives its memory back. An edit of 3,300 pages takes 15.6 s with one,
14.2 without, and no more memory."""
NUMBERS_APART = 64
"""What the number of a signature's first object in a file is a multiple of: what is known of the bytes of an object holds as long as
its number, and those of the objects that it refers to, stay. An edit of 800 questions takes 13.5 s instead of 14.2, one of the first
book 0.1 s less, and a file is 0.3 % larger."""
VOLUMES_WORTH_WORKERS = 3
"""Volumes that workers bind which have bound nothing before: one loads for that, and unpacks what was laid out, in more time than a
volume of 300 pages takes. An edit of 416 plain questions takes 0.5 s less of 4.2."""
DRAWINGS_JUDGED = 10
"""Drawings found safe that are worth writing down: the 51 of the first book take 0.5 s of processor time to judge, in each build."""
ON_A_SHELF = 65_536
"""Small results that a shelf has room for: the texts of 2,000 questions. With a quarter of it, an edit of 800 takes a second more."""
NEW_ON_A_SHELF = 50
"""Small results that are worth the writing of a shelf: fewer are sooner made again by the next build than written down by this one."""
NEW_DOCUMENTS = 10
"""Sections as they were rendered, and documents of an EPUB, as they were written and as they were inspected, that are worth the writing
of a shelf: each takes 4 ms to make, and the shelf of 416 questions 0.1 s to write. An edit of these takes 0.4 s less of 4.2; an edit of
the first book 0.9 of 5.1 for sections alone, in processor time."""
