"""Press a bank of interview questions in YAML into guides, in PDF and EPUB.

Values flow one way, and each arrow is one public function of the value before it:

    content/*.yaml
       | load        read the files: the valid records, and every fault, none twice
       v
    Book
       | check       what the records mean together              gate 1: no fault in the book
       | assemble    select, order, number, index, withhold
       v
    Publication      one edition of the book
       | render      one piece of XHTML for each section; links are ids
       v
    Rendition        for paper, and for e-readers
       | lay out     pages, signature by signature, in parallel, remembered
       | bind        signatures into one PDF, page numbers filled in
       | write       EPUB and HTML, the EPUB with the page list of the printed guide
       v
    Artefacts        PDF, EPUB, HTML, cover
       | inspect     the files that were made                    gate 2: no fault in them
       | publish     all at once: manifest, checksums, one link swapped
       v
    output/guides/

Beside that way stand, before it, `pipeline.authoring`, which begins a book and adds to it, `pipeline.bring`, which imports a bank, and
`pipeline.kit`, which draws plans of interviews, and collects filled sheets after; from a publication, `pipeline.export` makes flash
cards, quizzes, and tables. What lies on it is found by name: `pipeline.ruled_pages` shares pages among questions with room to write,
`pipeline.withholding` names the texts that gate 2 looks for, and `pipeline.web_edition` writes HTML. After it, `pipeline.release` writes
the page and the catalogs that offer the guides, and serves them; `pipeline.changes` tells one release from the next; `pipeline.packs`
makes a zip of guides for each hiring team, with questions of a private bank, which `load` joins to the book.

`pipeline.flow` is the one place that knows this order, and `pipeline.cli` the one that prints and exits. `pipeline.work` has the workers,
what is remembered, and the limits that both are held to where nobody here has read the book.
"""
