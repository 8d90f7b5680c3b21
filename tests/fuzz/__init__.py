"""Try what nobody would write: inputs by grammar and by mutation, for every reader there is.

PYTHONPATH=tests python -m fuzz --seconds 600 --kind svg
"""
