"""Finds a button by what a person calls it."""

from ..stand_in.labels import find_key, plain

__all__ = ["find_key", "plain"]
