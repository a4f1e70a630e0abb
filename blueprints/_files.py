"""Bytes of the storage as an answer: ranges for players, and no way to act as our page."""

from flask import Response, current_app, send_file

from services import storage

SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


def send(sha256: str, content_type: str, name: str, *, inline: bool) -> Response:
    """Send a stored file. The hash is its ETag; a range is answered with 206 (RFC 9110, section 14)."""
    response = send_file(
        storage.path_of(sha256),
        mimetype=content_type,
        as_attachment=not inline,
        download_name=name,
        conditional=True,
        etag=sha256,
        max_age=None,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, max-age=2592000, immutable"
    if response.mimetype in current_app.config["COMPRESS_MIMETYPES"]:
        response.headers["Content-Encoding"] = "identity"  # a compressed part of a file is no part of the file
    return response
