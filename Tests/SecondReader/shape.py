"""Asking a JSON value for what it must be."""

from __future__ import annotations

import re
from typing import Any

from fault import Fault

DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


class Shape:
    """The checks of one document: its name stands in every fault."""

    def __init__(self, document: str, step: int) -> None:
        self._document, self._step = document, step

    def fault(self, place: str, text: str) -> Fault:
        return Fault(self._step, f"{self._document}: {place} {text}")

    def object(self, value: Any, place: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.fault(place, "is no object")
        return value

    def exactly(
        self, value: Any, place: str, needed: set[str], allowed: set[str] = frozenset()
    ) -> dict[str, Any]:
        members = set(self.object(value, place))
        if missing := needed - members:
            raise self.fault(place, f"has no {min(missing)!r}")
        if unknown := members - needed - allowed:
            raise self.fault(place, f"has the unknown member {min(unknown)!r}")
        return value

    def array(self, value: Any, place: str) -> list[Any]:
        if not isinstance(value, list):
            raise self.fault(place, "is no array")
        return value

    def text(self, value: Any, place: str, pattern: re.Pattern[str] | None = None) -> str:
        # OtherNumber is a str as well, so the class itself is compared.
        if type(value) is not str:
            raise self.fault(place, "is no string")
        if pattern is not None and not pattern.match(value):
            raise self.fault(place, f"is {value!r}")
        return value

    def integer(self, value: Any, place: str, least: int = 0) -> int:
        if type(value) is not int or value < least:
            raise self.fault(place, f"is no integer of at least {least}: {value!r}")
        return value

    def digest(self, value: Any, place: str) -> str:
        return self.text(value, place, DIGEST)

    def equal(self, value: Any, place: str, expected: Any) -> None:
        if type(value) is not type(expected) or value != expected:
            raise self.fault(place, f"is {value!r}, not {expected!r}")
