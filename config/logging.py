"""Sets up logging: everybody's lines, the libraries' too, leave in one shape, without secrets.

`console` is for reading, a line an event, `json` for machines; both go to standard error, since
standard output belongs to what the command line prints.
"""

import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from config.masking import Mask

Level = Literal["debug", "info", "warning", "error"]

_ROOT = Path(__file__).parent.parent

# Each of these tells at `info`, or at `debug` with customers' texts, what our own lines say.
_TALKATIVE = {
    "aiogram.event": logging.WARNING,
    "aiogram.scene": logging.INFO,
    "aiosqlite": logging.INFO,
    "apscheduler": logging.WARNING,
    "asyncio": logging.INFO,
}

# Errors whose words repeat what was read, a customer's text perhaps; only their names are told.
_REPEATING = {"ValidationError", "ClientDecodeError"}
_LEFT_OUT = "(its words are left out, they repeat what was read)"

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def set_up(level: Level, log_format: Literal["console", "json"], secrets: Iterable[str]) -> None:
    """From here on every event, an uncaught exception too, is one masked line on stderr.

    At level `debug` the console shows tracebacks as well; `json` always has them.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(level, log_format, Mask(secrets)))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    for name, least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(max(least, logging.getLogger().level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _uncaught


class _Masked(structlog.stdlib.ProcessorFormatter):
    """Masks the finished line, so that nothing in it, a traceback or an object's repr, slips by."""

    def __init__(self, render: list[Processor], mask: Mask) -> None:
        strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        super().__init__(processors=[strip, *render], foreign_pre_chain=_SHARED)
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        return self._mask(super().format(record))


def _formatter(level: Level, log_format: Literal["console", "json"], mask: Mask) -> _Masked:
    if log_format == "json":
        render: list[Processor] = [
            structlog.processors.ExceptionRenderer(_traceback),
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        return _Masked(render, mask)
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        repr_native_str=True,
        exception_formatter=_in_full if level == "debug" else _in_one_line,
    )
    return _Masked([_flat, console], mask)


def _flat(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A customer's text can't make a line of its own; values are quoted by the renderer."""
    event["event"] = " ".join(str(event["event"]).splitlines())
    return event


def _in_full(line: TextIO, exc_info: ExcInfo) -> None:
    line.write("\n" + _traceback(exc_info))


def _traceback(exc_info: ExcInfo) -> str:
    return "\n".join(_lines(exc_info[1], set()))


def _lines(error: BaseException, told: set[int]) -> Iterator[str]:
    """Python's traceback, less the words that tell too much: causes first, a group's below it."""
    told.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in told:
        yield from _lines(cause, told)
        yield "Which led to:"
    yield "Traceback (most recent call last):"
    for entry in traceback.format_tb(error.__traceback__):
        yield from entry.splitlines()
    yield _named(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from (f"  | {line}" for line in _lines(inner, told))


def _named(error: BaseException) -> str:
    name = type(error).__name__
    return f"{name}: {_LEFT_OUT if name in _REPEATING else error}"


def _in_one_line(line: TextIO, exc_info: ExcInfo) -> None:
    causes = "; ".join(_described(leaf) for leaf in _leaves(exc_info[1]))
    line.write(f" ({causes})")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _described(error: BaseException) -> str:
    """`KeyError: 'x' at bot/sender.py:88`: the innermost line of ours, or else the innermost."""
    what = " ".join(_named(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return what
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))]
    frame = (ours or list(frames))[-1]
    path = Path(frame.filename)
    where = path.relative_to(_ROOT) if _is_ours(path) else path.name
    return f"{what} at {where}:{frame.lineno}"


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(_ROOT) and ".venv" not in path.parts


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("deskwire").critical("Stopped by an error", exc_info=(kind, error, trace))
