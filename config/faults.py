"""What the machine refuses – no room, no database – told apart from what is wrong with our code.

Each is a sentence and what to do about it; none of them needs a restart once it is put right. In the log it is
one line, as is what came from outside: a trace is for our own faults alone.
"""

import errno
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.core import exceptions
from django.db import connection
from django.http.multipartparser import MultiPartParserError

CHAIN = 10
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
# SQLite's own numbers; the higher bits say where it happened.
SQLITE_BUSY, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN = 5, 8, 10, 13, 14
# PostgreSQL's classes and codes: the disk, the standby, too many at once, a lock that was not given.
FULL_STATES, STANDBY_STATES = {"53100"}, {"25006"}
BUSY_STATES = {"53300", "55P03", "40P01", "40001", "57014"}


@dataclass(frozen=True, slots=True)
class Fault:
    status: int
    sentence: str
    action: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.action}"


FULL = Fault(507, "The disk of this server is full.", "Make room on it; nothing has to be restarted.")
UNWRITABLE = Fault(
    503, "What this server keeps cannot be written.", "Make DJINN_HOME writable for the account that runs Djinn."
)
GONE = Fault(503, "The database does not answer.", "It is asked again each time; start it, nothing else is needed.")
STANDBY = Fault(503, "The database takes nothing in at the moment.", "It goes on as soon as the database does.")
BUSY = Fault(503, "The database is too busy at the moment.", "Try again in a moment.")
REDIS = Fault(503, "Redis does not answer.", "It is asked again each time; start it, nothing else is needed.")


def of(error: BaseException) -> Fault | None:
    """The fault behind this exception, or None: then it is ours."""
    return next((fault for cause in _causes(error) if (fault := _fault(cause))), None)


def sentence_of(error: BaseException) -> str | None:
    """What a command says before it ends; None for what nobody foresaw."""
    fault = of(error)
    if fault is UNWRITABLE and isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be written: {error.strerror}. {fault.action}"
    return str(fault) if fault else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(CHAIN):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def _fault(cause: BaseException) -> Fault | None:
    if isinstance(cause, OSError) and cause.errno in NO_ROOM | NO_RIGHT:
        return FULL if cause.errno in NO_ROOM else UNWRITABLE
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return _of_sqlite(code & 0xFF)
    if type(cause).__name__ == "PoolTimeout":
        return _of_pool()
    if type(cause).__module__.startswith("psycopg"):
        return _of_postgres(cause)
    if type(cause).__module__.startswith("redis.") and isinstance(cause, _redis_silences()):
        return REDIS
    return None


def _of_sqlite(code: int) -> Fault | None:
    """A file that cannot be grown is also told as an error of reading and writing."""
    if code in {SQLITE_FULL, SQLITE_IOERR}:
        return FULL
    if code in {SQLITE_READONLY, SQLITE_CANTOPEN}:
        return UNWRITABLE
    return BUSY if code == SQLITE_BUSY else None


def _of_pool() -> Fault:
    """Nobody was given a connection in time: all are out, or there is none to be had."""
    stats = connection.pool.get_stats()  # type: ignore[attr-defined]  # PostgreSQL's alone has one
    return BUSY if stats.get("pool_size", 0) > stats.get("pool_available", 0) else GONE


def _of_postgres(cause: BaseException) -> Fault | None:
    state = getattr(cause, "sqlstate", None) or ""
    for states, fault in ((FULL_STATES, FULL), (STANDBY_STATES, STANDBY), (BUSY_STATES, BUSY)):
        if state in states:
            return fault
    # Without a state nobody was there to give one: the connection failed or broke.
    is_gone = state[:2] in {"08", "57"} or not state
    kinds = {kind.__name__ for kind in type(cause).__mro__}
    return GONE if is_gone and kinds & {"OperationalError", "InterfaceError"} else None


def _redis_silences() -> tuple[type[BaseException], ...]:
    from redis import exceptions  # present wherever one of its exceptions is

    return (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.BusyLoadingError)


EXPECTED = (
    exceptions.SuspiciousOperation,
    exceptions.PermissionDenied,
    exceptions.BadRequest,
    MultiPartParserError,
)


class OneLine(logging.Filter):
    """What came from outside, or from the machine, is a line; its trace would only hide others."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        if isinstance(error, EXPECTED):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = None
        elif fault := of(error):
            record.msg, record.args = f"{record.getMessage().partition(chr(10))[0]}: {fault}", ()
            record.exc_info = None
        return True
