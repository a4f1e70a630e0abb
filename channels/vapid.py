"""The key that push services know this desk by (VAPID, RFC 8292)."""

import base64
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from py_vapid import Vapid, VapidException

KEY_FILE = "vapid_private_key.pem"


@cache
def vapid_key(private_key_setting: str, data_dir: str) -> Vapid:
    """Return the desk's key: the setting's, or the one made once in `data_dir`; the same for the process's life.

    The setting is a PEM file's path, or base64url of the raw 32 bytes or of DER. Raises ValueError that names it.
    """
    if not private_key_setting:
        return _kept_key(Path(data_dir) / KEY_FILE)
    try:
        if os.path.isfile(private_key_setting):
            return _from_pem(Path(private_key_setting).read_bytes())
        return _on_our_curve(Vapid.from_string(private_key_setting))
    except (ValueError, TypeError, VapidException, OSError) as error:
        raise ValueError(
            f"VAPID_PRIVATE_KEY: neither a readable PEM file nor a base64url P-256 key: {error}"
        ) from error


def public_key_text(vapid: Vapid) -> str:
    """Return what a browser takes as applicationServerKey: base64url of the uncompressed point, 87 characters."""
    point = vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _kept_key(path: Path) -> Vapid:
    """Read the key in `path`, made first if there is none; processes that start at once agree on one.

    A whole file is linked to its name, which fails if the name is taken: opening the name itself with O_EXCL would
    let a second process read a key that is half written, and a crash leave an empty one for ever.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            _write_private(draft, _new_pem())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return _from_pem(path.read_bytes())


def _new_pem() -> bytes:
    vapid = Vapid()
    vapid.generate_keys()
    pem: bytes = vapid.private_pem()
    return pem


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # every subscription hangs on this key: a power cut must not empty it


def _from_pem(pem: bytes) -> Vapid:
    return _on_our_curve(Vapid(load_pem_private_key(pem, password=None)))


def _on_our_curve(vapid: Vapid) -> Vapid:
    """Return the key if it is on P-256, the only curve of RFC 8292; raises TypeError."""
    key = vapid.private_key
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise TypeError("not a P-256 key")
    return vapid
