"""Makes a screenshot small: the same PNG in 256 colours. https://www.w3.org/TR/png-3/"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

Colour = tuple[int, int, int]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR, INDEXED = 2, 3
MOST = 256
EXACT = 128


def reduced(png: bytes) -> bytes:
    """The picture, 8 bits of red, green and blue a pixel, with the colours that come closest."""
    parts = list(_parts(png))
    header = next(data for kind, data in parts if kind == b"IHDR")
    width, height, depth, kind = struct.unpack(">IIBB", header[:10])
    assert (depth, kind) == (8, TRUE_COLOUR)
    packed = b"".join(data for kind, data in parts if kind == b"IDAT")
    rows = _rows(zlib.decompress(packed), width * 3, height)
    pixels = [tuple(row[at : at + 3]) for row in rows for at in range(0, width * 3, 3)]
    palette, index = _palette(Counter(pixels))
    lines = bytearray()
    for start in range(0, len(pixels), width):
        lines.append(0)
        lines += bytes(index[pixel] for pixel in pixels[start : start + width])
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, INDEXED, 0, 0, 0)),
            (b"PLTE", bytes(part for colour in palette for part in colour)),
            (b"IDAT", zlib.compress(bytes(lines), 9)),
            (b"IEND", b""),
        )
    )


def _parts(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _rows(data: bytes, length: int, height: int) -> Iterator[bytes]:
    """The rows as they were before each was filtered by what is left of it and above."""
    above = bytearray(length)
    for number in range(height):
        start = number * (length + 1)
        method, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for at in range(length):
            left, corner = (row[at - 3], above[at - 3]) if at >= 3 else (0, 0)
            row[at] = (row[at] + _guess(method, left, above[at], corner)) & 255
        yield bytes(row)
        above = row


def _guess(method: int, left: int, above: int, corner: int) -> int:
    if method < 3:
        return (0, left, above)[method]
    if method == 3:
        return (left + above) // 2
    estimate = left + above - corner
    return min((left, above, corner), key=lambda each: abs(estimate - each))


def _palette(counts: "Counter[tuple[int, ...]]") -> tuple[list[Colour], dict[tuple[int, ...], int]]:
    """Grounds and other frequent colours as they are, the rest by median cut: the box of colours
    that spreads the most is split until there are enough."""
    ranked = [colour for colour, _ in counts.most_common()]
    boxes = [[colour] for colour in ranked[:EXACT]] + [ranked[EXACT:]]
    boxes = [box for box in boxes if box]
    while len(boxes) < MOST:
        box = max(boxes, key=lambda each: _spread(each)[0])
        spread, channel = _spread(box)
        if spread == 0:
            break
        boxes.remove(box)
        box.sort(key=lambda colour: colour[channel])
        boxes += [box[: len(box) // 2], box[len(box) // 2 :]]
    index = {colour: number for number, box in enumerate(boxes) for colour in box}
    return [_middle(box, counts) for box in boxes], index


def _spread(box: list[tuple[int, ...]]) -> tuple[int, int]:
    return max(
        (max(c[channel] for c in box) - min(c[channel] for c in box), channel)
        for channel in range(3)
    )


def _middle(box: list[tuple[int, ...]], counts: "Counter[tuple[int, ...]]") -> Colour:
    total = sum(counts[colour] for colour in box)
    red, green, blue = (
        round(sum(colour[channel] * counts[colour] for colour in box) / total)
        for channel in range(3)
    )
    return red, green, blue
