"""The installation's configuration, as values, and its logging; `run.py` alone reads it.

Everybody else is given the values that concern them.
"""

from config.load import ENV_FILE, load
from config.settings import Settings, secret
from config.values import ConfigError

__all__ = ["ENV_FILE", "ConfigError", "Settings", "load", "secret"]
