"""A pressed button of a message in MAX."""

from __future__ import annotations

from typing import TypeAlias

from ..stand_in.press import Press as AnyPress
from .model import Message

Press: TypeAlias = AnyPress[Message]
