"""A `file_id` of aiogram's for a file in MAX: what sends it again, and where its bytes are.

Both are secrets: who has them has the file. They reach no log.
"""

from typing import Literal, NamedTuple, cast

FileKind = Literal["image", "video", "audio", "file", "sticker"]
KINDS = ("image", "video", "audio", "file", "sticker")
_NOTHING = "-"


class MaxFile(NamedTuple):
    """`token` sends it again, a sticker's is its code; `url` has its bytes. Either may lack."""

    kind: FileKind
    token: str | None
    url: str | None


def pack(kind: FileKind, token: str | None, url: str | None) -> str:
    """The file's `file_id`; neither token nor URL has spaces in it."""
    return " ".join([kind, token or _NOTHING, url or _NOTHING])


def unpack(file_id: str) -> MaxFile:
    """Raises ValueError for an id that is not one of `pack`."""
    kind, token, url = file_id.split(" ")
    if kind not in KINDS:
        raise ValueError("no file of MAX")
    return MaxFile(
        cast(FileKind, kind),
        None if token == _NOTHING else token,
        None if url == _NOTHING else url,
    )
