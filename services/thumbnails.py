"""Small pictures of pictures: for a thread, and for a viewer where the file itself is too large or strange to show.

Whatever opens a stranger's picture may be misled by it, so this runs in a job's process of its own. Nothing of the file
but its pixels goes on: no place, no camera, no author.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # ours below are narrower, and known before a pixel is unpacked

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF")
MOST_PIXELS = 50_000_000  # 200 MB unpacked
MOST_JPEG_PIXELS = 250_000_000  # a JPEG is unpacked at a fraction of its size, unless it comes in scans
MOST_SCANS = 100  # cameras and editors make ten; each is another walk over the whole picture
SCAN = b"\xff\xda"  # a scan begins; nothing else in a JPEG's pixels reads so
BLOCK = 1024 * 1024
LONGEST_SIDE = 30_000
THUMBNAIL = (480, 480)  # twice what a thread shows
PREVIEW = (2048, 2048)
HEAVY = 2 * 1024 * 1024  # bytes


class NoPictureError(Exception):
    """The file is no picture that may be opened: broken, cut off, or far too large when unpacked."""


@dataclass(frozen=True)
class Picture:
    """Width and height as the picture is meant to be looked at; WebP files. `preview` only where it is needed."""

    width: int
    height: int
    thumbnail: bytes
    preview: bytes | None


def draw(path: Path) -> Picture:
    """Return the small pictures of a file. Raises NoPictureError."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            return _draw(image, path)
    except NoPictureError:
        raise
    except Exception as error:  # decoders meet a hostile file with errors of every kind
        raise NoPictureError(f"{type(error).__name__}: {error}"[:200]) from error


def _draw(image: Image.Image, path: Path) -> Picture:
    width, height = image.size
    is_jpeg = image.format in ("JPEG", "MPO")
    pixels = MOST_JPEG_PIXELS if is_jpeg and "progressive" not in image.info else MOST_PIXELS
    if width * height > pixels or max(width, height) > LONGEST_SIDE:
        raise NoPictureError(f"{width}×{height} is too large to unpack")
    if is_jpeg and (scans := _scans(path)) > MOST_SCANS:
        raise NoPictureError(f"{scans} scans")
    heavy = path.stat().st_size > HEAVY
    large = heavy or image.format == "HEIF" or max(width, height) > PREVIEW[0]
    moves = getattr(image, "is_animated", False)
    image.draft("RGB", PREVIEW)  # a JPEG alone heeds it
    upright = ImageOps.exif_transpose(image)
    if (upright.width > upright.height) != (image.width > image.height):
        width, height = height, width
    flat = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    preview = _webp(flat, PREVIEW) if large and not moves else None
    return Picture(width, height, _webp(flat, THUMBNAIL), preview)


def _scans(path: Path) -> int:
    """Count a JPEG's scans: a small file may hold thousands, for hours of work."""
    with path.open("rb") as file:
        return sum(block.count(SCAN) for block in iter(lambda: file.read(BLOCK), b""))


def _webp(image: Image.Image, box: tuple[int, int]) -> bytes:
    small = image.copy()
    small.thumbnail(box)
    small.info = {}  # nothing that the file said of itself
    file = io.BytesIO()
    small.save(file, "WEBP", quality=78, exif=b"", xmp=b"", icc_profile=b"")
    return file.getvalue()
