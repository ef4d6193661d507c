"""The playground: a stand-in messenger with people in it, and a page to play them on.

The desk behind it is the product as it is. `telegram` holds the stand-in, `page` what browsers get.
"""

from .playground import Playground

__all__ = ["Playground"]
