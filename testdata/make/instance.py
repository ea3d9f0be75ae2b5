"""A Sigstore of our own: every service that the public one has, with keys that everybody knows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from . import ecdsa, rekor, x509
from .evidence import Signatory, Signed
from .facts import CREATED, Release
from .fulcio import CertificateAuthority, CTLog, Identity
from .rekor import base64_text
from .signing import ECKey, OpenSSLKey, SigningKey
from .timestamping import TimestampAuthority

_DOMAIN = "sigstore.cloudgrid.example"
_ORGANIZATION = "CloudGrid test data"
TRUSTED_ROOT = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
END = datetime(2046, 1, 1, tzinfo=timezone.utc)


class Sigstore:
    """The services. `tree` names the shard of each log that this run fills, so that no two runs share one."""

    def __init__(
        self,
        key: Callable[[str], ECKey],
        ed25519: OpenSSLKey,
        tree: str,
        authority_window: x509.Window | None = None,
    ) -> None:
        window = (START, END)
        root = x509.Issuer.self_signed(
            key("root"), x509.name(_ORGANIZATION, "sigstore"), window, x509.authority_usages()
        )
        issuer = root.subordinate(
            key("fulcio"),
            x509.name(_ORGANIZATION, "sigstore-intermediate"),
            authority_window or window,
            x509.authority_usages(0, code_signing=True),
        )
        tsa_root = x509.Issuer.self_signed(
            key("tsa-root"), x509.name(_ORGANIZATION, "sigstore-tsa-root"), window, x509.authority_usages(0)
        )
        self.ctlog = CTLog(key("ctlog"))
        self.authority = CertificateAuthority(root, issuer, self.ctlog)
        self.log1 = rekor.Log1(key("rekor"), f"rekor.{_DOMAIN}", tree)
        self.log2 = rekor.Log2(ed25519, f"log2026.rekor.{_DOMAIN}", tree)
        self.clock = TimestampAuthority.below(
            tsa_root, key("tsa"), x509.name(_ORGANIZATION, "sigstore-tsa"), window
        )

    @classmethod
    def of_keys(cls, keys: Path, tree: str, authority_window: x509.Window | None = None) -> Sigstore:
        """The one of the test data, whose keys are files."""
        folder = keys / "sigstore"
        ed25519 = OpenSSLKey(folder / "rekor2.key")
        return cls(lambda name: ECKey.read(folder / f"{name}.key"), ed25519, tree, authority_window)

    @classmethod
    def stranger(cls, keys: Path) -> Sigstore:
        """One of the same names and other keys, which nobody trusts."""

        def key(name: str) -> ECKey:
            return ECKey.of_seed(f"stranger {name}", ecdsa.P256 if name in ("ctlog", "rekor") else ecdsa.P384)

        return cls(key, OpenSSLKey(keys / "alice.key"), "stranger")

    def trusted_root(self) -> dict[str, Any]:
        """What a verifier is to trust (sigstore_trustroot.proto)."""
        return {
            "mediaType": TRUSTED_ROOT,
            "tlogs": [
                _log(self.log1.host, self.log1.key, self.log1.log_id),
                _log(self.log2.host, self.log2.key, self.log2.log_id),
            ],
            "certificateAuthorities": [_authority("sigstore", "fulcio", self.authority.chain)],
            "ctlogs": [_log(f"ctfe.{_DOMAIN}/2026", self.ctlog.key, self.ctlog.log_id)],
            "timestampAuthorities": [_authority("sigstore-tsa-root", "timestamp", self.clock.chain)],
        }


def _valid() -> dict[str, str]:
    return {"start": f"{START:%Y-%m-%dT%H:%M:%SZ}"}


def _log(place: str, key: SigningKey, log_id: bytes) -> dict[str, Any]:
    return {
        "baseUrl": f"https://{place}",
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": base64_text(key.spki),
            "keyDetails": key.details,
            "validFor": _valid(),
        },
        "logId": {"keyId": base64_text(log_id)},
    }


def _authority(common_name: str, host: str, chain: list[bytes]) -> dict[str, Any]:
    return {
        "subject": {"organization": _ORGANIZATION, "commonName": common_name},
        "uri": f"https://{host}.{_DOMAIN}",
        "certChain": {"certificates": [{"rawBytes": base64_text(der)} for der in chain]},
        "validFor": _valid(),
    }


class Run:
    """A run of a workflow, which signs with a new key each time and half a minute after the last."""

    def __init__(self, sigstore: Sigstore, identity: Identity, start: datetime) -> None:
        self.sigstore, self.identity = sigstore, identity
        self.now = start

    def message(self, content: bytes, *, rekor2: bool = False, stamp: bool = False) -> Signed:
        return self._recorded(Signed.message(self._signatory(), content), rekor2=rekor2, stamp=stamp)

    def statement(
        self, statement: Any, *, rekor2: bool = False, stamp: bool = False, intoto: bool = False
    ) -> Signed:
        signed = Signed.statement(self._signatory(), statement)
        return self._recorded(signed, rekor2=rekor2, stamp=stamp, intoto=intoto)

    def _signatory(self) -> Signatory:
        self.now += timedelta(seconds=30)
        key = ECKey.of_seed(f"{self.identity.subject} {self.now}")
        return self.sigstore.authority.certify(self.identity, key, self.now)

    def _recorded(self, signed: Signed, *, rekor2: bool, stamp: bool, intoto: bool = False) -> Signed:
        # Rekor v2 tells no time, so that a timestamp comes with it.
        if stamp or rekor2:
            signed = signed.stamped(self.sigstore.clock, self.now + timedelta(seconds=1))
        if rekor2:
            return signed.logged2(self.sigstore.log2)
        return signed.logged(self.sigstore.log1, self.now + timedelta(seconds=2), intoto=intoto)


# How a release is started: by hand at the default branch, as the vendor's are, or by the push of its tag.
STARTS = ("main", "tag")


def release_identity(release: Release, start: str = "main") -> Identity:
    """The release workflow in a run of the release's commit; `start` is one of `STARTS`."""
    if start == "tag":
        return Identity(release.commit, f"refs/tags/{release.version}")
    return Identity(release.commit, "refs/heads/main", trigger="workflow_dispatch")


def exporter_identity(release: Release) -> Identity:
    """Who signs bundles: the workflow with which an operator exports."""
    return Identity(
        release.commit,
        "refs/heads/main",
        repository="operator/transfer",
        workflow=".github/workflows/export.yml",
        trigger="workflow_dispatch",
    )


def impostors(release: Release, start: str = "main") -> dict[str, Identity]:
    """Who gets good certificates too, and has no business with this release."""
    good = release_identity(release, start)
    return {
        "other-repository": dataclasses.replace(good, repository="somebody-else/cloudgrid"),
        "other-workflow": dataclasses.replace(good, workflow=".github/workflows/nightly.yml"),
        "branch": dataclasses.replace(good, ref="refs/heads/next"),
        "other-commit": dataclasses.replace(good, commit="89abcdef" * 5),
        "other-tag": dataclasses.replace(good, ref="refs/tags/v0.9.0"),
        "other-caller": dataclasses.replace(good, caller="somebody-else/fork"),
        "other-runner": dataclasses.replace(good, runner="self-hosted"),
        "other-issuer": dataclasses.replace(good, issuer="https://oidc.cloudgrid.example"),
    }


def release_run(
    sigstore: Sigstore, release: Release, impostor: str | None = None, start: str = "main"
) -> Run:
    identity = impostors(release, start)[impostor] if impostor else release_identity(release, start)
    return Run(sigstore, identity, CREATED + timedelta(minutes=5))
