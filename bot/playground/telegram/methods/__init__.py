"""The Bot API's methods that act for real, by name in `METHODS`."""

from . import callbacks, chats, copying, editing, intake, media, profile, reactions, sending, topics
from .registry import METHODS

__all__ = [
    "METHODS",
    "callbacks",
    "chats",
    "copying",
    "editing",
    "intake",
    "media",
    "profile",
    "reactions",
    "sending",
    "topics",
]
