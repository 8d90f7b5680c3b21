"""Compile a Typst document, with the fonts beside it and no others; tags are Typst's own, which it writes unasked."""

import sys

import typst

if __name__ == "__main__":
    folder, target = sys.argv[1:]
    typst.compile(f"{folder}/book.typ", output=target, root=folder, font_paths=[f"{folder}/fonts"], ignore_system_fonts=True)
