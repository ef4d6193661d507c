"""Names and subjects of any origin, made safe to stand in a line of ours.

Owns marks of direction, control characters and length; HTML is escaped where it is written.
"""

import unicodedata

from bot.formatting import shorten, utf16_length

_FIRST_STRONG_ISOLATE, _POP_ISOLATE, _POP_EMBEDDING = "\u2068", "\u2069", "\u202c"
_CLOSERS = dict.fromkeys("\u2066\u2067\u2068", _POP_ISOLATE) | dict.fromkeys(
    "\u202a\u202b\u202d\u202e", _POP_EMBEDDING
)
# Bidirectional classes that can turn what stands beside them: right-to-left letters and controls.
_TURNING = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_UNSEEN = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn"}
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
_NAME_IN_TOPIC = 40


def visible(text: str) -> bool:
    """Whether there is anything to see in it."""
    return any(
        unicodedata.category(character) not in _UNSEEN and character not in _BLANK_LETTERS
        for character in text
    )


def isolate(name: str, limit: int = 64) -> str:
    """The name on one line, in at most `limit` UTF-16 units; empty if nothing in it can be seen.

    Where it could turn the text around it, it stands between FSI and PDI, and every control that
    it opens is closed inside (https://www.unicode.org/reports/tr9/).
    """
    line = _folded(name)
    room = limit if visible(line) else 0
    while room > 0:
        wrapped = _wrapped(shorten(line, room))
        excess = utf16_length(wrapped) - limit
        if excess <= 0:
            return wrapped
        room -= excess
    return ""


def topic_name(number: int, subject: str, name: str, limit: int = 128) -> str:
    """`#42 Subject · Name` in at most `limit` UTF-16 units; a long subject gives way to the name.

    128 is Telegram's (https://core.telegram.org/bots/api#createforumtopic).
    """
    head = f"#{number}"
    customer = isolate(name, _NAME_IN_TOPIC)
    tail = f" · {customer}" if customer else ""
    matter = isolate(subject, limit - utf16_length(f"{head} {tail}"))
    return f"{head} {matter}{tail}" if matter else f"{head}{tail}"


def _folded(text: str) -> str:
    """Line breaks and control characters as spaces, runs of them as one."""
    controls = ("Cc", "Cs", "Zl", "Zp")
    return " ".join(
        "".join(" " if unicodedata.category(sign) in controls else sign for sign in text).split()
    )


def _wrapped(line: str) -> str:
    if not any(unicodedata.bidirectional(character) in _TURNING for character in line):
        return line
    return _FIRST_STRONG_ISOLATE + _balanced(line) + _POP_ISOLATE


def _balanced(line: str) -> str:
    """Every opened control closed, and none closed that was not opened here."""
    closers: list[str] = []
    kept: list[str] = []
    for character in line:
        if character in _CLOSERS:
            closers.append(_CLOSERS[character])
        elif character in (_POP_ISOLATE, _POP_EMBEDDING) and not _closes(character, closers):
            continue
        kept.append(character)
    return "".join(kept + closers[::-1])


def _closes(character: str, closers: list[str]) -> bool:
    """Whether it closes something; the end of an isolate ends the embeddings inside it too."""
    if character not in closers or (character == _POP_EMBEDDING and closers[-1] != character):
        return False
    while closers.pop() != character:
        pass
    return True
