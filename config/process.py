"""What a process that serves for months asks of Python, and tells who looks after it."""

import gc
import os
import socket

import structlog

log = structlog.get_logger()

ALLOCATIONS = 20_000
"""New objects between two looks for garbage. Requests leave next to none behind: hardly anything
here refers to itself in a circle, so looking often finds nothing at a twentieth of all time."""


def settle() -> None:
    """Call it once all is built: what is there by now stays, and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 10, 10)


def ready() -> None:
    """Tell systemd that the desk is up, where it waits for that: sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.connect(address)
            systemd.sendall(b"READY=1")
    except OSError as error:
        log.warning("systemd cannot be told that the desk is up", reason=error.strerror)
