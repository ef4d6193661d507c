"""How a variable's text becomes a value: one function a kind of value.

Each raises ValueError with what the text must be, as in "must be …", and never repeats the text:
`config.load` adds it where it may be shown.
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, NamedTuple, cast
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
Scope = Literal["all", "chat", "group"]


class ConfigError(Exception):
    """The configuration can't be used; the text names each wrong variable on a line of its own."""


class Window(NamedTuple):
    """At most so many messages in any span of `seconds`."""

    messages: int
    seconds: float


class AgentChat(NamedTuple):
    channel: Literal["telegram", "max"]
    chat_id: int


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
LONGEST = 720
"""Hours that a wait or a window may have at most: a date that is too far away is none."""
# As many digits as a column of the database, and arithmetic with it, has room for.
_WINDOW = re.compile(r"(all|chat|group):([1-9]\d{0,8})/(\S+)")
_AGENT_CHAT = re.compile(r"(telegram|max):(-?\d{1,18})")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]+(%\w+)?")


def whole_number(low: int, high: int | None = None) -> Callable[[object], int]:
    wanted = f"between {low} and {high}" if high is not None else f"a whole number, {low} or more"

    def parse(value: object) -> int:
        text = str(value)
        if not re.fullmatch(r"-?\d{1,18}", text):
            raise ValueError(f"must be {wanted}")
        number = int(text)
        if number < low or (high is not None and number > high):
            raise ValueError(f"must be {wanted}")
        return number

    return parse


def duration(text: str) -> float:
    """Seconds in a text such as `500ms`, `5s`, `1.5m` or `2h`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("must be a number with ms, s, m or h behind it, such as 5s")
    seconds = float(match[1]) * _SECONDS[match[2]]
    if seconds > LONGEST * 3600:
        raise ValueError(f"must name no time above {LONGEST}h")
    return seconds


def retry_schedule(text: str) -> tuple[float, ...]:
    waits = [wait.strip() for wait in text.split(",")]
    if not all(map(_DURATION.fullmatch, waits)):
        raise ValueError("must be waits with ms, s, m or h, such as 5s,5m,2h")
    return tuple(map(duration, waits))


def windows(text: str) -> Mapping[Scope, Window]:
    """Sliding windows by scope; a scope that the text leaves out has none."""
    found: dict[Scope, Window] = {}
    for part in text.split(","):
        match = _WINDOW.fullmatch(part.strip())
        seconds = duration(match[3]) if match and _DURATION.fullmatch(match[3]) else 0
        if match is None or seconds == 0 or match[1] in found:
            raise ValueError("must be windows of all, chat or group, such as all:30/1s,chat:3/3s")
        found[cast(Scope, match[1])] = Window(int(match[2]), seconds)
    return found


def agent_chat(text: str) -> AgentChat:
    match = _AGENT_CHAT.fullmatch(text.strip())
    if match is None or int(match[2]) == 0:
        raise ValueError("must be telegram:<chat id> or max:<chat id>, such as telegram:-100123456")
    return AgentChat(cast(Literal["telegram", "max"], match[1]), int(match[2]))


def networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part) for part in re.split(r"[,\s]+", text.strip()))
    except ValueError:
        raise ValueError(
            "must be addresses or networks with commas between, such as 10.0.0.1,192.168.0.0/16"
        ) from None


def host(text: str) -> str:
    if _HOST_NAME.fullmatch(text) or (":" in text and _IPV6.fullmatch(text)):
        return text
    raise ValueError("must be an address or a host's name, such as 127.0.0.1")


def base_url(text: str) -> str:
    """An http or https URL that paths are put behind, so without a slash at its end."""
    try:
        url = urlsplit(text)
        valid = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        valid = False
    if not valid or re.search(r"[\s@?#]", text):
        raise ValueError("must be a URL such as https://desk.example, with no user, query or #")
    return text.rstrip("/")


def file_path(text: str) -> Path:
    path = Path(text)
    in_memory = str(path) == ":memory:"  # SQLite's name for what is no file, and gone at the end
    if in_memory or path.is_dir() or not path.absolute().parent.is_dir():
        raise ValueError("must be the path of a file in a folder that exists")
    return path


def folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise ValueError("must be the path of a folder that exists")
    return path
