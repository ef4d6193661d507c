"""The playground: stand-ins for both messengers, people in them, and a page to play them on.

The desk behind it is the product as it is. `telegram` and `max` are the stand-ins, `stand_in` is
what both are made of, `page` what browsers get.
"""

from .playground import Playground

__all__ = ["Playground"]
