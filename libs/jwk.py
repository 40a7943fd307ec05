"""Ed25519 keys: PEM files on disk, JSON Web Keys (RFC 8037) for those who verify."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from libs.settings import SettingsError

ALGORITHM = "EdDSA"


def load_private(path: Path) -> Ed25519PrivateKey:
    """The private key of a PEM file (PKCS 8); a SettingsError names a file that holds none."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, TypeError, ValueError) as fault:
        raise SettingsError(f"{path} cannot be read as a private key: {fault}") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{path} holds a key that is not Ed25519")
    return key


def to_pem(key: Ed25519PrivateKey) -> bytes:
    """The key as `load_private` reads it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def thumbprint(key: Ed25519PublicKey) -> str:
    """The key's own name (RFC 7638)."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _coordinate(key)}
    return _base64url(hashlib.sha256(msgspec.json.encode(members)).digest())


def public_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """What the world may know of a key, named by its thumbprint."""
    members = {"kty": "OKP", "crv": "Ed25519", "x": _coordinate(key)}
    return {"kid": thumbprint(key), "use": "sig", "alg": ALGORITHM, **members}


def key_set(keys: Iterable[Mapping[str, str]]) -> bytes:
    """A JSON Web Key Set."""
    return msgspec.json.encode({"keys": list(keys)})


def _coordinate(key: Ed25519PublicKey) -> str:
    return _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
