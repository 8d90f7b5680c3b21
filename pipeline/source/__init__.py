"""Read YAML files as text and shape, remembering where every key stands.

PyYAML's C parser gives events; the nodes are composed here, iteratively, all scalars as text. YAML 1.1's implicit
types (``no`` as False, ``1:30`` as 90) never arise, and aliases, tags, duplicate keys, depth, and size are refused.
"""

from pipeline.source.faults import MAX_BYTES, MAX_DEPTH, MAX_NODES, RULES, SourceFault
from pipeline.source.nodes import Keys, Node
from pipeline.source.places import Source
from pipeline.source.reading import octets, parse, read, text

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "RULES", "Keys", "Node", "Source", "SourceFault", "octets", "parse", "read", "text"]
