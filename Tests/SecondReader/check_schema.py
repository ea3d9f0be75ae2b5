#!/usr/bin/env python3
"""Says whether a JSON document keeps a JSON Schema, as far as the schemas of `bundle-spec` go.

Usage: check_schema.py SCHEMA DOCUMENT

It knows the keywords of JSON Schema 2020-12 that those schemas use, and stops at any other: a keyword that is
passed over in silence would check nothing. The exit status is 0, or 1 with every place that is wrong.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
_SILENT = {"$schema", "$id", "$defs", "title", "description"}


class Schema:
    """A schema document; `faults` are given with the JSON Pointer of the place."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def faults(self, value: Any) -> Iterator[str]:
        return self._check(self._document, value, "")

    def _check(self, schema: Any, value: Any, at: str) -> Iterator[str]:
        if schema is True:
            return
        for keyword, wanted in schema.items():
            if keyword in _SILENT:
                continue
            if keyword == "$ref":
                yield from self._check(self._definition(wanted), value, at)
            elif keyword == "allOf":
                for each in wanted:
                    yield from self._check(each, value, at)
            elif keyword in _OF_PARTS:
                yield from self._parts(keyword, schema, value, at)
            elif not _HOLDS[keyword](value, wanted):
                yield f"{at or '/'}: {json.dumps(value)[:80]} against {keyword} {json.dumps(wanted)[:80]}"

    def _definition(self, reference: str) -> Any:
        name = reference.removeprefix("#/$defs/")
        return self._document["$defs"][name]

    def _parts(self, keyword: str, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
        for name, item, below in _OF_PARTS[keyword](schema, value):
            if below is False:
                yield f"{at}/{name}: is not known"
            else:
                yield from self._check(below, item, f"{at}/{name}")


Part = tuple[object, Any, Any]


def _members(schema: dict[str, Any], value: Any) -> Iterator[Part]:
    known = schema["properties"]
    if isinstance(value, dict):
        yield from ((name, item, known[name]) for name, item in value.items() if name in known)


def _patterns(schema: dict[str, Any], value: Any) -> Iterator[Part]:
    if isinstance(value, dict):
        for pattern, below in schema["patternProperties"].items():
            yield from ((name, item, below) for name, item in value.items() if re.search(pattern, name))


def _others(schema: dict[str, Any], value: Any) -> Iterator[Part]:
    if isinstance(value, dict):
        for name, item in value.items():
            is_known = name in schema.get("properties", {})
            if not is_known and not any(re.search(p, name) for p in schema.get("patternProperties", {})):
                yield name, item, schema["additionalProperties"]


def _first_items(schema: dict[str, Any], value: Any) -> Iterator[Part]:
    if isinstance(value, list):
        yield from ((n, *pair) for n, pair in enumerate(zip(value, schema["prefixItems"])))


def _items(schema: dict[str, Any], value: Any) -> Iterator[Part]:
    if isinstance(value, list):
        first = len(schema.get("prefixItems", []))
        yield from ((n, item, schema["items"]) for n, item in enumerate(value) if n >= first)


def _is(value: Any, name: str) -> bool:
    # To Python True is a number; to JSON Schema it is none.
    return isinstance(value, _TYPES[name]) and isinstance(value, bool) == (name == "boolean")


_OF_PARTS: dict[str, Callable[[dict[str, Any], Any], Iterator[Part]]] = {
    "properties": _members,
    "patternProperties": _patterns,
    "additionalProperties": _others,
    "prefixItems": _first_items,
    "items": _items,
}

# A keyword of one type holds for values of every other (JSON Schema 2020-12, validation, section 6).
_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "type": _is,
    "const": lambda value, wanted: type(value) is type(wanted) and value == wanted,
    "enum": lambda value, wanted: value in wanted,
    "required": lambda value, wanted: not isinstance(value, dict) or set(wanted) <= set(value),
    "pattern": lambda value, wanted: not isinstance(value, str) or bool(re.search(wanted, value, re.ASCII)),
    "minLength": lambda value, wanted: not isinstance(value, str) or len(value) >= wanted,
    "minItems": lambda value, wanted: not isinstance(value, list) or len(value) >= wanted,
    "minimum": lambda value, wanted: not _is(value, "integer") or value >= wanted,
    "maximum": lambda value, wanted: not _is(value, "integer") or value <= wanted,
}


def main() -> int:
    schema, document = (json.loads(open(name, "rb").read()) for name in sys.argv[1:3])
    found = list(Schema(schema).faults(document))
    for fault in found:
        print(f"{sys.argv[2]}: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
