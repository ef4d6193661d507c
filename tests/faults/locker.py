"""Locks a database until standard input ends: `locker.py <file>`.

A process of its own, for a lock belongs to a process: whoever reads the file beside a lock that
they hold themselves, and closes it, gives the lock up (sqlite.org/howtocorrupt.html, 2.2).
"""

import sqlite3
import sys


def main(file: str) -> None:
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    print("locked", flush=True)
    sys.stdin.read()
    connection.execute("ROLLBACK")
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
