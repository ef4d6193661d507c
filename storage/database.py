"""The SQLite file: one writer with group commit, readers beside it, signals after commit.

What is written is the business of the operations; this module runs them, safely and fast.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import aiosqlite

from storage import ids
from storage.errors import DatabaseOutage, DatabaseUnusable, Unavailable
from storage.migrations import migrate
from storage.news import Listeners, Look, News, Seen
from storage.outages import as_told, describe
from storage.transaction import Signal, Transaction, to_ms

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]

BUSY_TIMEOUT = 5.0
"""Seconds to wait for a lock that another process holds, before the answer is `Unavailable`."""
BATCH = 256
"""Operations in one commit at most, so that the first of them does not wait for a flood."""
READERS = 2
DOUBT = 10.0
"""Seconds for which a write that failed speaks for the next: a small one may find room on a disk
that is full for others."""
CACHE = 8 * 1024
"""KiB of the file that each connection keeps in memory at most."""


def utc_now() -> datetime:
    return datetime.now(UTC)


Operation = Callable[Concatenate[Transaction, P], T]


class _Job:
    __slots__ = ("call", "error", "future", "result", "signals")

    result: Any
    signals: set[Signal]

    def __init__(self, call: Callable[[Transaction], Any], future: asyncio.Future[Any]) -> None:
        self.call = call
        self.future = future
        self.error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class _Queue:
    """What waits for connections of one kind, and those that have nothing to do."""

    def __init__(self, *, writes: bool) -> None:
        self.writes = writes
        self.jobs: deque[_Job] = deque()
        self.idle: list[_Lane] = []


class _Lane:
    """One connection: each round takes all that waits for it, in one hop."""

    def __init__(self, connection: aiosqlite.Connection, queue: _Queue) -> None:
        self.connection = connection
        self.queue = queue
        self.wake: asyncio.Future[None]


class Database:
    """Runs operations on one SQLite file. Open it with `await Database.open(path)`."""

    def __init__(self, clock: Clock, new_id: Callable[[], UUID]) -> None:
        self.clock = clock
        self._new_id = new_id
        self._writes = _Queue(writes=True)
        self._reads = _Queue(writes=False)
        self._lanes: list[_Lane] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners = Listeners()
        self._closing = False
        self._refused: tuple[float, str] | None = None
        self.path = Path()

    @classmethod
    async def open(
        cls,
        path: Path | str,
        *,
        clock: Clock = utc_now,
        new_id: Callable[[], UUID] = ids.new,
    ) -> "Database":
        """Open, migrate and start. Raises DatabaseUnusable with one clear line."""
        database = cls(clock, new_id)
        database.path = Path(path)
        await asyncio.to_thread(migrate, database.path, to_ms(clock()))
        try:
            await database._connect(database._writes)
            for _ in range(READERS):
                await database._connect(database._reads)
        except sqlite3.Error as error:
            await database.close()
            raise DatabaseUnusable(f"Cannot use the database {path}: {error}.") from error
        return database

    async def _connect(self, queue: _Queue) -> None:
        connection = await aiosqlite.connect(
            self.path, isolation_level=None, timeout=BUSY_TIMEOUT, cached_statements=512
        )
        lane = _Lane(connection, queue)
        self._lanes.append(lane)
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA foreign_keys = ON")
        await connection.execute("PRAGMA synchronous = FULL")
        # What was erased stays in no free corner of the file; not every build does so by itself.
        await connection.execute("PRAGMA secure_delete = ON")
        await connection.execute("PRAGMA temp_store = MEMORY")
        await connection.execute(f"PRAGMA cache_size = -{CACHE}")
        if not queue.writes:
            await connection.execute("PRAGMA query_only = ON")
        self._tasks.append(asyncio.create_task(self._serve(lane), name="database lane"))

    async def close(self) -> None:
        """Finish what waits, then close. Later calls are refused with `Unavailable`."""
        self._closing = True
        for queue in (self._writes, self._reads):
            while queue.idle:
                queue.idle.pop().wake.set_result(None)
        await asyncio.gather(*self._tasks)
        for lane in reversed(self._lanes):
            await lane.connection.close()
        self._lanes.clear()

    def write(
        self, operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[T]:
        """Run `operation` in a transaction; the result comes once it is durably committed.

        Raises what the operation raised (its changes are undone, its neighbours' are not), or
        `Unavailable` when the database is locked or out of disk.
        """
        return self._submit(self._writes, lambda tx: operation(tx, *args, **kwargs))

    def read(self, query: Operation[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Run `query` on a reader, which sees all that is committed and can change nothing."""
        return self._submit(self._reads, lambda tx: query(tx, *args, **kwargs))

    async def check(self) -> None:
        """Raises Unavailable while the database can't be read, and after a write that failed for
        that: until one succeeds, which is tried for a look's sake after DOUBT."""
        await self.read(lambda tx: tx.all("SELECT * FROM projects"))
        if self._refused is None:
            return
        moment, reason = self._refused
        if time.monotonic() < moment + DOUBT:
            raise DatabaseOutage(reason)
        await self.write(lambda tx: tx.run("UPDATE search_progress SET indexed = indexed"))

    def _submit(self, queue: _Queue, call: Callable[[Transaction], T]) -> asyncio.Future[T]:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._closing:
            future.set_exception(Unavailable("The desk is shutting down."))
            return future
        queue.jobs.append(_Job(call, future))
        if queue.idle:
            queue.idle.pop().wake.set_result(None)
        return future

    async def _serve(self, lane: _Lane) -> None:
        waiting = lane.queue.jobs
        while True:
            if not waiting:
                if self._closing:
                    return
                lane.wake = asyncio.get_running_loop().create_future()
                lane.queue.idle.append(lane)
                await lane.wake
                await asyncio.sleep(0)  # what came in the same moment comes along
                continue
            jobs = [waiting.popleft() for _ in range(min(BATCH, len(waiting)))]
            # The one place that runs a function on aiosqlite's thread: a batch is one hop.
            run = lane.connection._execute(self._run, lane, jobs)  # type: ignore[no-untyped-call]
            seen = await run
            for job in jobs:
                self._listeners.tell(job.signals, seen)
                job.settle()

    def _run(self, lane: _Lane, jobs: list[_Job]) -> Seen:
        """On the connection's thread: every job, and one commit for all. What listeners saw."""
        connection = lane.connection._conn
        tx = Transaction(connection, self.clock(), self._new_id)
        changes = connection.total_changes
        begin = "BEGIN IMMEDIATE" if lane.queue.writes else "BEGIN"
        try:
            connection.execute(begin)
            if not all(_run_one(tx, connection, job) for job in jobs):
                # One failed that had changed something. Savepoints cost a tenth of everything, so
                # they come only now: all is undone, and each runs again in one of its own.
                connection.execute("ROLLBACK")
                tx.forget()
                connection.execute(begin)
                for job in jobs:
                    connection.execute("SAVEPOINT operation")
                    if not _run_one(tx, connection, job):
                        connection.execute("ROLLBACK TO operation")
                        tx.forget()
                    connection.execute("RELEASE operation")
            seen = self._listeners.look(tx, set().union(*(job.signals for job in jobs)))
            connection.execute("COMMIT")
        except Exception as error:
            # There must be an answer, whatever it was: a lane that ends leaves all others waiting.
            with suppress(sqlite3.Error):  # it is rolled back already, or is after the next BEGIN
                connection.execute("ROLLBACK")
            for job in jobs:
                job.error = job.error or DatabaseOutage(describe(error))
                job.signals = set()
            seen = {}
        refused = [job.error for job in jobs if isinstance(job.error, DatabaseOutage)]
        if lane.queue.writes and refused:
            self._refused = time.monotonic(), refused[0].detail
        elif connection.total_changes != changes:
            self._refused = None
        return seen

    def listen(self, *topics: str, look: Look | None = None) -> AbstractContextManager[News]:
        """An event, set after each commit that signalled one of `topics`; `take` it yourself.

        `look` reads in that same transaction, on its thread, what there is to see of what the
        signal is about: to read it afterwards would be another way to the database and back.
        """
        return self._listeners.listen(*topics, look=look)


def _run_one(tx: Transaction, connection: sqlite3.Connection, job: _Job) -> bool:
    """Run a job; whether it left nothing that must be undone."""
    tx.signals = job.signals = set()
    job.error = None
    changes = connection.total_changes
    try:
        job.result = job.call(tx)
    except Exception as error:
        if not connection.in_transaction:
            raise  # SQLite itself gave up the whole transaction (disk full, I/O error)
        job.error, job.signals = as_told(error), set()
        return connection.total_changes == changes
    finally:
        tx.rest()
    if not connection.in_transaction:
        raise sqlite3.OperationalError("SQLite gave up the transaction, unnoticed by the job.")
    return True
