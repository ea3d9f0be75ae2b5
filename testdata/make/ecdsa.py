"""ECDSA whose signatures are the same on every run.

Such a signature normally holds a random number. RFC 6979 takes that number from the key and the message
instead; OpenSSL can do so only since 3.2, hence these lines. They take no care of timing and must never meet
a key that is secret.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Iterator
from typing import NamedTuple

from . import der

Point = tuple[int, int]


class Curve(NamedTuple):
    """A prime curve of FIPS 186-4, D.1.2, and the hash that Sigstore's registry pairs with it."""

    name: str
    oid: str
    hash: str
    p: int
    n: int
    generator: Point

    @property
    def byte_count(self) -> int:
        return (self.p.bit_length() + 7) // 8


P256 = Curve(
    "P256",
    "1.2.840.10045.3.1.7",
    "sha256",
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)
P384 = Curve(
    "P384",
    "1.3.132.0.34",
    "sha384",
    2**384 - 2**128 - 2**96 + 2**32 - 1,
    int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
    ),
    (
        int(
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b98"
            "59f741e082542a385502f25dbf55296c3a545e3872760ab7",
            16,
        ),
        int(
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147c"
            "e9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            16,
        ),
    ),
)
P521 = Curve(
    "P521",
    "1.3.132.0.35",
    "sha512",
    2**521 - 1,
    int(
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        16,
    ),
    (
        int(
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3d"
            "baa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
            16,
        ),
        int(
            "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e66"
            "2c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
            16,
        ),
    ),
)
CURVES = (P256, P384, P521)


def signature(curve: Curve, scalar: int, message: bytes, hash_name: str) -> bytes:
    """The DER signature over the message's hash, with the nonce of RFC 6979, section 3.2."""
    digest = hashlib.new(hash_name, message).digest()
    z = _integer(digest, curve.n)
    for nonce in _nonces(curve, scalar, z % curve.n, hash_name):
        r = multiple(curve, nonce)[0] % curve.n
        s = pow(nonce, -1, curve.n) * (z + r * scalar) % curve.n
        if r and s:
            return der.sequence(der.integer(r), der.integer(s))
    raise AssertionError("the nonces of RFC 6979 do not end")


def multiple(curve: Curve, factor: int) -> Point:
    """The generator times the factor: the public key of a scalar."""
    total = None
    for bit, power in enumerate(_powers(curve)):
        if factor >> bit & 1:
            total = (*power, 1) if total is None else _sum(curve.p, total, power)
    if total is None:
        raise ValueError("zero times the generator is no point")
    x, y, z = total
    inverse = pow(z, -1, curve.p)
    return x * inverse**2 % curve.p, y * inverse**3 % curve.p


@functools.cache
def _powers(curve: Curve) -> list[Point]:
    """The generator doubled again and again; every multiple is a sum of these."""
    powers, p = [curve.generator], curve.p
    while len(powers) < curve.n.bit_length():
        x, y = powers[-1]
        slope = (3 * x * x - 3) * pow(2 * y, -1, p)
        doubled = (slope * slope - 2 * x) % p
        powers.append((doubled, (slope * (x - doubled) - y) % p))
    return powers


def _sum(p: int, a: tuple[int, int, int], b: Point) -> tuple[int, int, int]:
    """A point in Jacobian coordinates, which need no division, plus one that is neither it nor its inverse."""
    x, y, z = a
    z2 = z * z % p
    h, r = (b[0] * z2 - x) % p, (b[1] * z2 * z - y) % p
    h2 = h * h % p
    h3, v = h2 * h % p, x * h2 % p
    x3 = (r * r - h3 - 2 * v) % p
    return x3, (r * (v - x3) - y * h3) % p, z * h % p


def _integer(data: bytes, order: int) -> int:
    """The leftmost bits, as many as the order has."""
    return int.from_bytes(data, "big") >> max(0, 8 * len(data) - order.bit_length())


def _nonces(curve: Curve, scalar: int, reduced_digest: int, hash_name: str) -> Iterator[int]:
    def mac(key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, hash_name)

    width = curve.byte_count
    seed = scalar.to_bytes(width, "big") + reduced_digest.to_bytes(width, "big")
    size = hashlib.new(hash_name).digest_size
    key, value = bytes(size), b"\x01" * size
    for mark in (b"\x00", b"\x01"):
        key = mac(key, value + mark + seed)
        value = mac(key, value)
    while True:
        gathered = b""
        while len(gathered) < width:
            value = mac(key, value)
            gathered += value
        candidate = _integer(gathered, curve.n)
        if 0 < candidate < curve.n:
            yield candidate
        key = mac(key, value + b"\x00")
        value = mac(key, value)
