"""The installation's configuration, as values, and its logging; `run.py` alone reads it.

Everybody else is given the values that concern them.
"""

from config.load import load
from config.settings import Settings
from config.values import ConfigError

__all__ = ["ConfigError", "Settings", "load"]
