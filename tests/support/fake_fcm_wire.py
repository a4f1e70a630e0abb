"""What Chromium's push client speaks, as far as it is needed: protocol buffers, MCS frames, a certificate.

Field numbers are those of Chromium's `google_apis/gcm/protocol/{mcs,checkin}.proto`.
"""

import asyncio
import datetime
import ipaddress
import ssl
import struct
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

MCS_VERSION = 41
HEARTBEAT_PING, HEARTBEAT_ACK, LOGIN_REQUEST, LOGIN_RESPONSE, DATA_MESSAGE = 0, 1, 2, 3, 8


def varint(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = number >> 7, number & 127
        out.append(low | (128 if number else 0))
        if not number:
            return bytes(out)


def field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fixed64(number: int, value: int) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<Q", value)


def text_field(message: bytes, wanted: int) -> str:
    """Return the first string of that field number, '' if there is none."""
    position = 0
    while position < len(message):
        tag, position = _varint_at(message, position)
        number, kind = tag >> 3, tag & 7
        if kind == 2:
            length, position = _varint_at(message, position)
            if number == wanted:
                return message[position : position + length].decode()
            position += length
        elif kind == 0:
            _, position = _varint_at(message, position)
        else:
            position += 8 if kind == 1 else 4
    return ""


def _varint_at(message: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[position]
        number, shift, position = number | (byte & 127) << shift, shift + 7, position + 1
        if byte < 128:
            return number, position


def frame(tag: int, body: bytes = b"") -> bytes:
    return bytes([tag]) + varint(len(body)) + body


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    tag = (await reader.readexactly(1))[0]
    size = b""
    while not size or size[-1] >= 128:
        size += await reader.readexactly(1)
    return tag, await reader.readexactly(_varint_at(size, 0)[0])


def checkin_response(android_id: int) -> bytes:
    """stats_ok, time_msec, android_id, security_token."""
    return field(1, 1) + field(3, 1795000000000) + fixed64(7, android_id) + fixed64(8, android_id + 1)


def data_message(registration: Mapping[str, str], headers: Mapping[str, str], body: bytes, message_id: str) -> bytes:
    """A DataMessageStanza: from, category, app_data…, persistent_id, ttl, sent, raw_data."""
    app_data = {"subtype": registration["X-subtype"], "content-encoding": headers["Content-Encoding"]}
    pairs = b"".join(field(7, field(1, key) + field(2, value)) for key, value in app_data.items())
    head = field(3, registration["sender"]) + field(5, registration["app"]) + pairs + field(9, message_id)
    return frame(DATA_MESSAGE, head + field(17, int(headers["TTL"])) + field(18, 0) + field(21, body))


def certificate(folder: Path, hosts: list[str]) -> tuple[ssl.SSLContext, Path]:
    """Make a self-signed certificate for the hosts and 127.0.0.1; return a server context and the PEM to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push service of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(
        now + datetime.timedelta(days=2)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    chain, secret = folder / "certificate.pem", folder / "key.pem"
    chain.write_bytes(signed.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain
