"""A strict stand-in for the MAX Bot API of July 2026: the other side of the wire, and its people.

    async with MaxStandIn() as messenger:
        ann = messenger.add_person("Ann")
        ann.open("hd_request")
        await messenger.until(lambda: ann.chat.messages[-1].from_bot)
        ann.press(ann.chat.messages[-1], "Subscribe")

It knows nothing of the product: the bot under test gets `messenger.url` and `messenger.token`.
"""

from ..stand_in.changes import Change, Listener
from ..stand_in.journal import Call
from . import faults
from .errors import ApiError
from .faults import Fault, Rule
from .groups import Group
from .limits import Limits
from .model import Chat, Message, User
from .people import Person
from .press import Press
from .standin import MaxStandIn

__all__ = [
    "ApiError",
    "Call",
    "Change",
    "Chat",
    "Fault",
    "Group",
    "Limits",
    "Listener",
    "MaxStandIn",
    "Message",
    "Person",
    "Press",
    "Rule",
    "User",
    "faults",
]
