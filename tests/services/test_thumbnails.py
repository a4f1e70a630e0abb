"""Small pictures: upright, without what the file says of its owner, and no bomb goes off (S29)."""

import io
import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from services import thumbnails
from services.thumbnails import NoPictureError, draw

GPS, ORIENTATION = 0x8825, 0x0112


def picture(path: Path, size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: object) -> Path:
    image = Image.new(mode, size, "white" if mode != "RGBA" else (0, 0, 0, 0))
    image.paste("red", (0, 0, size[0] // 4, size[1] // 4))  # its upper left corner
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.gif", "a.heic"])
def test_pictures_of_all_kinds_become_small(tmp_path: Path, name: str) -> None:
    pillow_heif.register_heif_opener()
    made = draw(picture(tmp_path / name))
    assert (made.width, made.height) == (640, 480)
    small = opened(made.thumbnail)
    assert small.format == "WEBP" and small.size == (480, 360) and len(made.thumbnail) < 20_000
    red, green, blue = small.convert("RGB").getpixel((20, 20))
    assert red > 200 and green < 60 and blue < 60
    assert (made.preview is not None) == (name == "a.heic")  # browsers show the rest


def test_what_is_large_gets_a_preview(tmp_path: Path) -> None:
    made = draw(picture(tmp_path / "a.jpg", (6000, 3000)))
    assert (made.width, made.height) == (6000, 3000)
    assert made.preview is not None and opened(made.preview).size == (2048, 1024)
    assert opened(made.thumbnail).size == (480, 240)


def test_small_pictures_are_not_blown_up_and_clear_ones_stay_clear(tmp_path: Path) -> None:
    made = draw(picture(tmp_path / "a.png", (40, 30), "RGBA"))
    small = opened(made.thumbnail)
    assert small.size == (40, 30) and small.mode == "RGBA" and small.getpixel((39, 29))[3] == 0  # type: ignore[index]


def test_the_phones_orientation_is_heeded_and_nothing_else_of_the_file_goes_on(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the phone was held upright
    exif.get_ifd(GPS)[1] = "N"
    exif[0x010F] = "Secret Camera"
    path = picture(tmp_path / "a.jpg", (640, 480), exif=exif, comment=b"secret words")
    assert b"Secret" in path.read_bytes()
    made = draw(path)
    assert (made.width, made.height) == (480, 640)
    small = opened(made.thumbnail)
    assert small.size == (360, 480) and small.convert("RGB").getpixel((340, 20))[0] > 200  # type: ignore[index]
    assert dict(small.getexif()) == {} and b"ecret" not in made.thumbnail and b"EXIF" not in made.thumbnail


def bomb(path: Path, width: int, height: int) -> Path:
    """A PNG of a few bytes that says it is enormous, and would be."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("size", [(50_000, 50_000), (8_000, 8_000), (40_000, 10)])
def test_bombs_are_refused_before_a_pixel_is_unpacked(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(NoPictureError, match="too large"):
        draw(bomb(tmp_path / "a.png", *size))


def test_a_huge_jpeg_is_unpacked_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 1000)
    assert draw(picture(tmp_path / "a.jpg", (5000, 4000))).width == 5000


def test_broken_pictures_are_refused(tmp_path: Path) -> None:
    whole = picture(tmp_path / "whole.jpg", (3000, 2000)).read_bytes()
    for name, data in {
        "cut.jpg": whole[: len(whole) // 2],
        "empty.png": b"",
        "words.png": b"<script>alert(1)</script>",
        "vector.png": b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
        "script.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        "bitmap.png": b"BM" + bytes(200),
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(NoPictureError):
            draw(tmp_path / name)


def test_a_jpeg_in_scans_is_unpacked_whole_and_so_held_to_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = picture(tmp_path / "a.jpg", (900, 700), progressive=True)
    assert draw(path).width == 900
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 1000)
    with pytest.raises(NoPictureError, match="too large"):
        draw(path)


def test_a_jpeg_of_thousands_of_scans_is_refused(tmp_path: Path) -> None:
    """Each is another walk over the whole picture: a small file would be at it for hours."""
    data = picture(tmp_path / "a.jpg", progressive=True).read_bytes()
    last = data.rindex(thumbnails.SCAN)
    (tmp_path / "b.jpg").write_bytes(data[:-2] + data[last:-2] * 5000 + data[-2:])
    with pytest.raises(NoPictureError, match="scans"):
        draw(tmp_path / "b.jpg")
