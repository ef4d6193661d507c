"""The MAX Bot API's operations that act for real, by operationId in `OPERATIONS`."""

from . import answers, chats, intake, members, messages, profile, uploads
from .registry import OPERATIONS

__all__ = [
    "OPERATIONS",
    "answers",
    "chats",
    "intake",
    "members",
    "messages",
    "profile",
    "uploads",
]
