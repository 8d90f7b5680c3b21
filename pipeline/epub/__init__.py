"""Write a rendition as EPUB 3: split it into files, add cover, navigation and metadata, and seal it.

    files(rendition)                      the spine after the cover: one file for each chapter or question
    write(rendition, cover=png)           the whole book, as bytes
    pictured(rendition, spine, drawn)     the spine for Send to Kindle: formulas and drawings as pictures
    write_for_kindle(rendition, ...)      the whole book of that

The same rendition and cover give the same bytes on any day, in any time zone, under any hash seed.
"""

from pipeline.epub.kindle import Drawings, drawings, pictured
from pipeline.epub.package import write, write_for_kindle
from pipeline.epub.printed_pages import Page
from pipeline.epub.spine import RULES, File, files

__all__ = ["RULES", "Drawings", "File", "Page", "drawings", "files", "pictured", "write", "write_for_kindle"]
