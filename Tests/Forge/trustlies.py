"""Section C of the catalogue: signatures, keys, and what the statement claims."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from case import FORMAT, POLICY, TRUST, USAGE, Case, row
from goodbundle import SIGNATURE, GoodBundle, good, key, writer

BOTH = ["alice.pub", "bob.pub"]


def signed_by(*names: str, **lies: Any) -> Callable[[bytes], list[bytes]]:
    return lambda statement: [key(name).signature_file(statement, **lies) for name in names]


def trust_case(
    name: str, sign: Callable[[bytes], list[bytes]], reason: str, mentions=(), **more: Any
) -> Case:
    return Case(name, GoodBundle(sign=sign).bytes(), TRUST, reason, list(mentions), **more)


@row("B051")
def unknown_key() -> Iterator[Case]:
    yield trust_case("unknown key", signed_by("vendor"), "sig.nokey")


@row("B052")
def no_trust() -> Iterator[Case]:
    yield Case("no key", good().bytes(), USAGE, "trust.none", keys=[], threshold=0)


@row("B053")
def no_signature() -> Iterator[Case]:
    yield trust_case("no signature", lambda statement: [], "sig.none")


@row("B054")
def bad_signature() -> Iterator[Case]:
    def flipped(statement: bytes) -> list[bytes]:
        alice = key("alice")
        signature = bytearray(alice.signature(statement))
        signature[40] ^= 1
        return [writer.canonical(writer.signature_document(statement, signature, alice.hint))]

    yield trust_case("flipped bit", flipped, "sig.bad")


def _with_statement(statement: bytes, signatures: list[bytes]) -> bytes:
    return writer.tar_of(writer.front_entries(statement, signatures) + good().entries)


@row("B055")
def changed_statement() -> Iterator[Case]:
    statement, signatures = good().statement, good().signatures
    changed = statement.replace(b'"revision":1', b'"revision":2')
    yield Case("revision raised", _with_statement(changed, signatures), TRUST, "sig.bad")
    # A decoder that recursed into this would never come back; it must not be asked.
    bomb = b'{"_type":' + b"[" * (len(statement) - 9)
    yield Case("nested without end", _with_statement(bomb, signatures), TRUST, "sig.bad")
    digest = {"digest": hashlib.sha256(bomb).digest(), "signed": statement}
    rehashed = [key("alice").signature_file(bomb, **digest)]
    yield Case("nested and hashed anew", _with_statement(bomb, rehashed), TRUST, "sig.bad")


@row("B056")
def other_message() -> Iterator[Case]:
    def over(change: Callable[[bytes], bytes]) -> Callable[[bytes], list[bytes]]:
        return lambda statement: [key("alice").signature_file(statement, signed=change(statement))]

    yield trust_case("over base64", over(base64.b64encode), "sig.bad")
    yield trust_case("over digest", over(lambda statement: hashlib.sha256(statement).digest()), "sig.bad")


@row("B057")
def other_document() -> Iterator[Case]:
    for name, document in (
        ("no type", {"version": "v1.0.0-beta"}),
        ("other type", {"_type": "https://in-toto.io/Statement/v1", "subject": []}),
    ):
        statement = writer.canonical(document)
        data = _with_statement(statement, signed_by("alice")(statement))
        yield Case(name, data, TRUST, "sig.type")


@row("B058")
def other_digest() -> Iterator[Case]:
    yield trust_case("other digest", signed_by("alice", digest=hashlib.sha256(b"other").digest()), "sig.bad")


@row("B059")
def one_of_two() -> Iterator[Case]:
    yield trust_case("one of two", signed_by("alice"), "sig.threshold", ["1 of 2"], keys=BOTH, threshold=2)


@row("B060")
def one_key_twice() -> Iterator[Case]:
    yield trust_case(
        "one key twice", signed_by("bob", "bob"), "sig.threshold", ["1 of 2"], keys=BOTH, threshold=2
    )


@row("B061")
def two_hints() -> Iterator[Case]:
    def sign(statement: bytes) -> list[bytes]:
        alice, bob = key("alice"), key("bob")
        return [alice.signature_file(statement), alice.signature_file(statement, hint=bob.hint)]

    yield trust_case("two hints", sign, "sig.threshold", ["1 of 2"], keys=BOTH, threshold=2, tier=2)


@row("B062")
def key_given_twice() -> Iterator[Case]:
    keys = ["alice.pub", "alice-crlf.pub"]
    yield Case("one key in two files", good().bytes(), TRUST, "policy.duplicatekey", keys=keys, threshold=2, tier=2)


@row("B063")
def garbage_beside() -> Iterator[Case]:
    def sign(statement: bytes) -> list[bytes]:
        garbage = writer.signature_document(statement, bytes(64), "nobody")
        return [*signed_by("alice", "bob")(statement), writer.canonical(garbage)]

    yield Case("garbage beside", GoodBundle(sign=sign).bytes(), 0, None, keys=BOTH, threshold=2, tier=2)


@row("B064")
def wrong_hint() -> Iterator[Case]:
    data = GoodBundle(sign=signed_by("alice", hint=key("bob").hint)).bytes()
    yield Case("hint of the other", data, 0, None, keys=BOTH, threshold=1, tier=2)


@row("B065")
def too_many() -> Iterator[Case]:
    yield trust_case("17 signatures", lambda s: signed_by("alice")(s) * 17, "sig.toomany", tier=2)


@row("B067")
def weak_keys() -> Iterator[Case]:
    for name in ("rsa1024.pub", "p192.pub", "secp256k1.pub", "explicit.pub"):
        yield Case(name, good().bytes(), TRUST, "key.weak", [name], keys=[name], tier=2)


@row("B068")
def private_key() -> Iterator[Case]:
    yield Case(
        "private key", good().bytes(), USAGE, "key.isprivate", ["alice.key"], keys=["alice.key"], tier=2
    )


def _changed_signature(change: Callable[[dict[str, Any]], Any]) -> bytes:
    def sign(statement: bytes) -> list[bytes]:
        alice = key("alice")
        document = writer.signature_document(statement, alice.signature(statement), alice.hint)
        changed = change(document)
        return [changed if isinstance(changed, bytes) else writer.canonical(document)]

    return GoodBundle(sign=sign).bytes()


def _signature_text(change: Callable[[str], str]) -> bytes:
    def lie(document: dict[str, Any]) -> None:
        message = document["messageSignature"]
        message["signature"] = change(message["signature"])

    return _changed_signature(lie)


def _with_spare_bits(text: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    # 64 bytes end in one character that carries two bits, and four that are nothing.
    return text[:85] + alphabet[alphabet.index(text[85]) | 1] + "=="


@row("B069")
def no_base64() -> Iterator[Case]:
    foreign = _signature_text(lambda text: "*" + text[1:])
    yield Case("foreign character", foreign, FORMAT, "signature.base64", tier=2)
    short = _signature_text(lambda text: text[:85])
    yield Case("impossible length", short, FORMAT, "signature.base64", tier=2)


@row("B070")
def spare_bits() -> Iterator[Case]:
    yield Case("spare bits", _signature_text(_with_spare_bits), FORMAT, "signature.base64", tier=2)


@row("B071")
def twice_in_json() -> Iterator[Case]:
    def lie(document: dict[str, Any]) -> bytes:
        text = writer.canonical(document)
        member = b'"messageSignature":' + writer.canonical(document["messageSignature"])
        return text.replace(member, member + b"," + member)

    yield Case("member twice", _changed_signature(lie), FORMAT, "signature.duplicate", tier=2)


@row("B072")
def large_signature() -> Iterator[Case]:
    data = _changed_signature(lambda document: writer.canonical(document).ljust(2 << 20))
    yield Case("2 MiB", data, FORMAT, "signature.size", [SIGNATURE], tier=2)


def _claiming(name: str, exit: int, reason: str | None, mentions=(), args=None, **members: Any) -> Case:
    data = GoodBundle(statement=lambda statement: {**statement, **members}).bytes()
    return Case(name, data, exit, reason, list(mentions), args=args, tier=2)


@row("B073")
def newer() -> Iterator[Case]:
    yield _claiming("format version 2", FORMAT, "statement.newer", formatVersion=2)


@row("B074")
def other_product() -> Iterator[Case]:
    yield _claiming(
        "other product", POLICY, "product.mismatch", ["cloudgrid", "otherproduct"], product="otherproduct"
    )


@row("B078")
def huge_revision() -> Iterator[Case]:
    yield _claiming("revision 2^53", FORMAT, "statement.number", ["revision"], revision=2**53)


@row("B079")
def expired() -> Iterator[Case]:
    past = "2020-01-01T00:00:00Z"
    yield _claiming("expired", POLICY, "expired", ["2020-01-01"], expires=past)
    yield _claiming(
        "expired but ignored", 0, None, args=["--ignore-expiry", "--reason", "test"], expires=past
    )


@row("B080")
def other_times() -> Iterator[Case]:
    for name, text in (
        ("local time", "2026-11-02T10:00:00+01:00"),
        ("fraction", "2026-11-02T10:00:00.5Z"),
        ("no such day", "2026-02-30T00:00:00Z"),
    ):
        yield _claiming(name, FORMAT, "statement.time", ["createdAt"], createdAt=text)


@row("B082")
def policy_inside() -> Iterator[Case]:
    def lie(entries: list[writer.Entry]) -> list[writer.Entry]:
        return [*entries, writer.entry("cgbundle/policy.json", b"{}")]

    data = GoodBundle(entries=lie).bytes()
    yield Case("policy inside", data, FORMAT, "statement.path", ["cgbundle/policy.json"], tier=2)


@row("B095")
def unknown_members() -> Iterator[Case]:
    yield _claiming("x-member", 0, None, **{"x-foo": {"bar": 1}})
    yield _claiming("unknown member", FORMAT, "statement.unknown", ["foo"], foo=1)
    yield _claiming("reserved member", FORMAT, None, ["base"], base={})
