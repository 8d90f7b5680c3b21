"""Measure guidepress beside its peers; see ``python -m bench --help``, run with ``tests`` on the path."""
