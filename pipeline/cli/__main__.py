"""Run the command as ``python -m pipeline.cli``."""

import sys

if not sys.flags.safe_path:
    # Python has put the working directory first, where a book may hold a file that is called like a library.
    del sys.path[0]

from pipeline.cli.running import main

sys.exit(main())
