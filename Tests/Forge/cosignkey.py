"""Seals and opens private keys as cosign does, with libsodium for the box and Python for scrypt.

cosignkey.py seal KEY PHRASE N LABEL: prints the PKCS #8 of KEY (PEM) sealed under PHRASE.
cosignkey.py open FILE PHRASE: prints the public key of a sealed FILE; fails where PHRASE is another.
"""

import base64
import hashlib
import json
import subprocess
import sys

import nacl.secret
import nacl.utils


def box(phrase, salt, cost):
    key = hashlib.scrypt(phrase.encode(), salt=salt, n=cost, r=8, p=1, maxmem=1 << 28, dklen=32)
    return nacl.secret.SecretBox(key)


def openssl(*arguments, given=b""):
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


def seal(key, phrase, cost, label):
    secret = openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", key)
    salt, nonce = nacl.utils.random(32), nacl.utils.random(24)
    sealed = box(phrase, salt, int(cost)).encrypt(secret, nonce).ciphertext
    text = {part: base64.b64encode(value).decode() for part, value in
            {"salt": salt, "nonce": nonce, "box": sealed}.items()}
    document = {
        "kdf": {"name": "scrypt", "params": {"N": int(cost), "r": 8, "p": 1}, "salt": text["salt"]},
        "cipher": {"name": "nacl/secretbox", "nonce": text["nonce"]},
        "ciphertext": text["box"],
    }
    body = base64.b64encode(json.dumps(document, separators=(",", ":")).encode()).decode()
    lines = [body[start:start + 64] for start in range(0, len(body), 64)]
    print(f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", sep="\n")


def open_(file, phrase):
    with open(file, encoding="ascii") as lines:
        document = json.loads(base64.b64decode("".join(line for line in lines if "-----" not in line)))
    parameters = document["kdf"]["params"]
    assert (parameters["r"], parameters["p"]) == (8, 1)
    salt, nonce, sealed = (
        base64.b64decode(text)
        for text in (document["kdf"]["salt"], document["cipher"]["nonce"], document["ciphertext"]))
    secret = box(phrase, salt, parameters["N"]).decrypt(sealed, nonce)
    print(openssl("pkey", "-inform", "DER", "-pubout", given=secret).decode(), end="")


{"seal": seal, "open": open_}[sys.argv[1]](*sys.argv[2:])
