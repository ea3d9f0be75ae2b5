"""The distinguished encoding of the ASN.1 types that certificates and timestamps are made of (X.690)."""

from __future__ import annotations

from datetime import datetime


def tagged(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def sequence(*parts: bytes) -> bytes:
    return tagged(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    # X.690, 11.6: the members of a SET OF are in ascending order of their encodings.
    return tagged(0x31, b"".join(sorted(parts)))


def integer(value: int) -> bytes:
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    return tagged(0x04, content)


def bits(content: bytes, unused: int = 0) -> bytes:
    return tagged(0x03, bytes([unused]) + content)


def true() -> bytes:
    return tagged(0x01, b"\xff")


def null() -> bytes:
    return tagged(0x05, b"")


def utf8(text: str) -> bytes:
    return tagged(0x0C, text.encode())


def printable(text: str) -> bytes:
    return tagged(0x13, text.encode("ascii"))


def utc_time(time: datetime) -> bytes:
    return tagged(0x17, time.strftime("%y%m%d%H%M%SZ").encode())


def generalized_time(time: datetime) -> bytes:
    return tagged(0x18, time.strftime("%Y%m%d%H%M%SZ").encode())


def oid(dotted: str) -> bytes:
    first, second, *others = (int(arc) for arc in dotted.split("."))
    content = b""
    for arc in (first * 40 + second, *others):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        content += bytes(reversed(groups))
    return tagged(0x06, content)


def context(number: int, content: bytes, constructed: bool = True) -> bytes:
    """A member with a context tag: explicit around a whole encoding, implicit around its content alone."""
    return tagged((0xA0 if constructed else 0x80) | number, content)


def content_of(encoded: bytes) -> bytes:
    """What is inside the outermost tag and length."""
    head = 2 if encoded[1] < 0x80 else 2 + (encoded[1] & 0x7F)
    return encoded[head:]
