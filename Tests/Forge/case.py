"""What a test case is, and the list of all of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

USAGE, TRUST, FORMAT, CONTENT, POLICY, LOCAL = 64, 3, 4, 5, 6, 9


@dataclasses.dataclass
class Case:
    """One lie: the file, as bytes or as a function that makes it, and what an import must answer."""

    name: str
    content: bytes | Callable[[Path], None] | None
    exit: int
    reason: str | None
    mentions: list[str] = dataclasses.field(default_factory=list)
    args: list[str] | None = None
    keys: list[str] = dataclasses.field(default_factory=lambda: ["alice.pub"])
    threshold: int = 1
    tier: int = 1
    setup: str | None = None
    path: str | None = None
    row: str = ""

    @property
    def file(self) -> str:
        if self.path is not None:
            return self.path
        slug = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
        return f"{self.row}-{slug}.tar"

    def listed(self) -> dict[str, Any]:
        result = {
            "row": self.row,
            "name": self.name,
            "file": self.file,
            "args": self.args,
            "keys": self.keys,
            "threshold": self.threshold,
            "exit": self.exit,
            "reason": self.reason,
            # A blob is named by its path, which holds the digest's digits.
            "mentions": [re.sub(r"\Asha256:(?=[0-9a-f]{64}\Z)", "", text) for text in self.mentions],
            "kind": "import",
            "tier": self.tier,
        }
        return result if self.setup is None else {**result, "setup": self.setup}

    def make(self, folder: Path) -> None:
        target = folder / self.file
        if isinstance(self.content, bytes):
            target.write_bytes(self.content)
        elif self.content is not None:
            self.content(target)


Maker = Callable[[], Iterator[Case]]
_makers: dict[str, list[Maker]] = {}


def row(number: str) -> Callable[[Maker], Maker]:
    """Registers a function that yields the cases of one row of the catalogue."""

    def register(maker: Maker) -> Maker:
        _makers.setdefault(number, []).append(maker)
        return maker

    return register


def cases(wanted: list[str]) -> Iterator[Case]:
    """All cases, or those of the wanted rows, in the order of the rows."""
    for number in sorted(_makers):
        if wanted and number not in wanted:
            continue
        for maker in _makers[number]:
            for case in maker():
                case.row = number
                yield case
