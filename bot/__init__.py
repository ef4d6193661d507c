"""Everything that talks through a messenger."""

from bot import lean

__all__ = ["lean"]
