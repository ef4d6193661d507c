"""Reads QR codes as a phone does: from what is on the screen, or from a path drawn with ink."""

import re
import zlib

import zxingcpp

QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
SCALE = 4
"""Pixels to a module."""


def scan_path(size: int, path: str) -> str:
    """What a QR code says whose dark modules are filled by this SVG path."""
    pixels = bytearray(b"\xff" * (size * SCALE) ** 2)
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join("M{} {}h{}v1h-{}z".format(*run) for run in runs) == path
    for x, y, length, back in (map(int, run) for run in runs):
        assert length == back
        for line in range(y * SCALE, (y + 1) * SCALE):
            start = line * size * SCALE + x * SCALE
            pixels[start : start + length * SCALE] = bytes(length * SCALE)
    [said] = _scan(bytes(pixels), size * SCALE)
    return said


def scan_png(picture: bytes) -> list[str]:
    """What all QR codes in a screenshot say, from left to right.

    Playwright's are of 8 bits a sample, RGB or RGBA, not interlaced: www.w3.org/TR/png-3
    """
    width = int.from_bytes(picture[16:20], "big")
    depth, colour, *_, interlaced = picture[24:29]
    samples = {2: 3, 6: 4}[colour]
    assert (depth, interlaced) == (8, 0)
    raw = zlib.decompress(b"".join(_data(picture)))
    line = bytes(width * samples)
    grey = bytearray()
    for at in range(0, len(raw), len(line) + 1):
        line = _unfiltered(raw[at], raw[at + 1 : at + 1 + len(line)], line, samples)
        grey += line[1::samples]  # green is bright where the eye sees it so
    return _scan(bytes(grey), width)


def _data(picture: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(picture):
        length = int.from_bytes(picture[at : at + 4], "big")
        if picture[at + 4 : at + 8] == b"IDAT":
            found.append(picture[at + 8 : at + 8 + length])
        at += length + 12
    return found


def _unfiltered(kind: int, line: bytes, above: bytes, samples: int) -> bytes:
    done = bytearray(line)
    for at, value in enumerate(line):
        left = done[at - samples] if at >= samples else 0
        corner = above[at - samples] if at >= samples else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))
        done[at] = (value + guess[kind]) & 255
    return bytes(done)


def _paeth(left: int, above: int, corner: int) -> int:
    near = left + above - corner
    return min((left, above, corner), key=lambda each: abs(near - each))


def _scan(grey: bytes, width: int) -> list[str]:
    pixels = memoryview(grey).cast("B", (len(grey) // width, width))
    found = zxingcpp.read_barcodes(pixels, formats=QR_CODES)
    return [each.text for each in sorted(found, key=lambda each: each.position.top_left.x)]
