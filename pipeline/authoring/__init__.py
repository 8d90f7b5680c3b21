"""Begin a book, add a file to it, and tell editors which fields there are.

What is written are the files of ``templates/book`` and ``templates/add``, with a few blanks filled in.
"""

from pipeline.authoring.additions import RULES, Added, Addition, add
from pipeline.authoring.new_book import begin, refuse, write_schemas
from pipeline.authoring.schemas import FOLDER, places, schema_text

__all__ = ["FOLDER", "RULES", "Added", "Addition", "add", "begin", "places", "refuse", "schema_text", "write_schemas"]
