"""Print JSON Schemas, for editors that check YAML as an author types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def print_schema(schema: Mapping[str, Any]) -> None:
    """Print a schema, and name the dialect it is written in."""
    click.echo(json.dumps({"$schema": DIALECT, **schema}, indent=2, sort_keys=True))


def any_of(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Join schemas into one; a record has the same definition wherever it is referred to."""
    definitions = {name: definition for one in schemas.values() for name, definition in one.get("$defs", {}).items()}
    definitions |= {one["title"]: {key: value for key, value in one.items() if key != "$defs"} for one in schemas.values()}
    return {"$defs": definitions, "anyOf": [{"$ref": f"#/$defs/{one['title']}"} for one in schemas.values()]}
