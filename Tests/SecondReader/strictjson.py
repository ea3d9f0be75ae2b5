"""Section 6: JSON that is read strictly, and its canonical form."""

from __future__ import annotations

import json
import re
from typing import Any

from fault import Fault

MAX_DEPTH = 32
MAX_STRING = 1 << 20
MAX_INTEGER = 2**53 - 1
_INTEGER = re.compile(r"(?:0|[1-9][0-9]{0,15})\Z")


class OtherNumber(str):
    """A number in another spelling than an integer's: kept as text, and no integer to whoever asks."""


def parse(data: bytes, name: str, step: int, limit: int, values: int = 200_000) -> Any:
    """The value of a document of at most `limit` bytes; every fault carries the document's name."""
    if len(data) > limit:
        raise Fault(step, f"{name}: is larger than {limit} bytes")
    # json.loads would skip a mark, guess UTF-16 and recurse as deep as the document asks.
    if data.startswith(b"\xef\xbb\xbf"):
        raise Fault(step, f"{name}: begins with a byte-order mark")
    _check_nesting(data, name, step)
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=OtherNumber,
            parse_constant=_constant,
        )
    except (ValueError, RecursionError) as error:
        raise Fault(step, f"{name}: {error}") from None
    _Counter(name, step, values).visit(value)
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785 for documents whose names are ASCII and whose numbers are integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def parse_canonical(data: bytes, name: str, step: int, limit: int, values: int = 200_000) -> dict[str, Any]:
    value = parse(data, name, step, limit, values)
    if not isinstance(value, dict):
        raise Fault(step, f"{name}: is no object")
    for member in _names(value):
        if not member.isascii():
            raise Fault(step, f"{name}: member {member!r} is not ASCII")
    if canonical(value) != data:
        raise Fault(step, f"{name}: is not canonical")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"member {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return result


def _number(text: str) -> int | OtherNumber:
    if not _INTEGER.match(text) or int(text) > MAX_INTEGER:
        return OtherNumber(text)
    return int(text)


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _check_nesting(data: bytes, name: str, step: int) -> None:
    depth, in_string, escaped = 0, False, False
    for byte in data:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Fault(step, f"{name}: is nested deeper than {MAX_DEPTH}")
        elif byte in b"]}":
            depth -= 1


class _Counter:
    def __init__(self, name: str, step: int, limit: int) -> None:
        self._name, self._step, self._left = name, step, limit

    def visit(self, value: Any) -> None:
        self._left -= 1
        if self._left < 0:
            raise Fault(self._step, f"{self._name}: has too many values")
        if isinstance(value, str):
            self._check(value)
        elif isinstance(value, dict):
            for member, item in value.items():
                self._left -= 1
                self._check(member)
                self.visit(item)
        elif isinstance(value, list):
            for item in value:
                self.visit(item)

    def _check(self, text: str) -> None:
        try:
            size = len(text.encode("utf-8"))
        except UnicodeEncodeError:
            raise Fault(self._step, f"{self._name}: holds half a surrogate pair") from None
        if size > MAX_STRING:
            raise Fault(self._step, f"{self._name}: holds a string of {size} bytes")


def _names(value: Any):
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _names(item)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)
