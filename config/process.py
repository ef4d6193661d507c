"""What a process that serves for months asks of Python, and tells who looks after it."""

import gc
import os
import socket

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
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.connect(address.replace("@", "\0", 1))
            systemd.sendall(b"READY=1")
