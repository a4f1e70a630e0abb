"""The desk's VAPID key: given, or made once for all processes."""

import base64
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from channels.vapid import public_key_text, vapid_key


def private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_numbers().private_value.to_bytes(32)


def test_the_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = vapid_key("", str(tmp_path))
    path = tmp_path / "vapid_private_key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    vapid_key.cache_clear()  # as another process would see it
    assert public_key_text(vapid_key("", str(tmp_path))) == public_key_text(first)


def test_all_who_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    for round in range(20):
        folder = tmp_path / str(round)
        folder.mkdir()
        start = Barrier(6)

        def ask(folder: Path = folder, start: Barrier = start) -> str:
            start.wait()
            return public_key_text(vapid_key.__wrapped__("", str(folder)))  # uncached, as in a process of its own

        with ThreadPoolExecutor(6) as pool:
            answers = [pool.submit(ask) for _ in range(6)]
            assert len({answer.result() for answer in answers}) == 1
        assert [entry.name for entry in folder.iterdir()] == ["vapid_private_key.pem"]


def test_the_key_is_kept_for_the_life_of_the_process(tmp_path: Path) -> None:
    assert vapid_key("", str(tmp_path)) is vapid_key("", str(tmp_path))


def test_the_public_key_is_the_uncompressed_point_in_base64url(tmp_path: Path) -> None:
    text = public_key_text(vapid_key("", str(tmp_path)))
    point = base64.urlsafe_b64decode(text + "=")
    assert len(text) == 87 and len(point) == 65 and point[0] == 4


@pytest.mark.parametrize("form", ["pkcs8", "sec1", "raw", "der"])
def test_the_operators_own_key_is_taken_in_each_usual_form(tmp_path: Path, form: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    if form in {"pkcs8", "sec1"}:
        shape = PrivateFormat.PKCS8 if form == "pkcs8" else PrivateFormat.TraditionalOpenSSL
        (tmp_path / "own.pem").write_bytes(key.private_bytes(Encoding.PEM, shape, NoEncryption()))
        setting = str(tmp_path / "own.pem")
    else:
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        setting = base64.urlsafe_b64encode(private_bytes(key) if form == "raw" else der).rstrip(b"=").decode()
    assert private_bytes(vapid_key(setting, str(tmp_path)).private_key) == private_bytes(key)
    assert not (tmp_path / "vapid_private_key.pem").exists()


def test_a_key_made_by_openssl_with_its_parameters_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "own.pem"
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", str(path)], check=True)
    assert "EC PARAMETERS" in path.read_text()
    assert len(public_key_text(vapid_key(str(path), str(tmp_path)))) == 87


@pytest.mark.parametrize("setting", ["/no/such/file.pem", "AAAA", "not a key", "ключ"])
def test_a_broken_setting_is_named(tmp_path: Path, setting: str) -> None:
    with pytest.raises(ValueError, match="VAPID_PRIVATE_KEY"):
        vapid_key(setting, str(tmp_path))


def test_a_key_on_another_curve_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    (tmp_path / "own.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="VAPID_PRIVATE_KEY"):
        vapid_key(str(tmp_path / "own.pem"), str(tmp_path))
