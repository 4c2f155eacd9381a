"""The console of a preview as the API takes and gives it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from projects.rest import In, Int, Out, Text
from projects.store import branchnames
from sandboxes.console import lines
from sandboxes.enums import ConsoleLevel, ConsoleSource


class ConsoleBranch(In):
    branch: str = Text("main", least=1, most=branchnames.MOST)


class ConsoleQuery(ConsoleBranch):
    level: ConsoleLevel | None = None
    source: ConsoleSource | None = None


class ConsoleEntryOut(Out):
    """`count` times the same words at the same place, of the files whose hash is `tree_hash`. As it was said last."""

    id: int
    fingerprint: str
    level: ConsoleLevel
    source: ConsoleSource
    title: str
    text: str
    stack: str
    page: str
    path: str
    line: int | None
    count: int
    tree_hash: str
    first_at: datetime
    last_at: datetime


class TallyOut(Out):
    level: ConsoleLevel
    entries: int
    lines: int


class ConsoleStatisticsOut(Out):
    """Of what is kept. `dropped` lines were too many to be told."""

    levels: list[TallyOut]
    dropped: int
    first_at: datetime | None
    last_at: datetime | None


class ConsoleContextOut(Out):
    """Empty when the files that are shown now have said nothing."""

    text: str


class ConsoleLineIn(In):
    source: Literal["console", "error", "rejection", "network", "resource"]
    level: ConsoleLevel
    text: str = Text(most=lines.MOST_TEXT)
    stack: str = Text("", most=lines.MOST_STACK)
    count: int = Int(1, least=1, most=lines.MOST_TIMES)


class ConsoleReportIn(In):
    """What a page's console said, as the bridge in a preview reports it."""

    page: str = Text("/", most=lines.MOST_PAGE)
    dropped: int = Int(0, most=lines.MOST_TIMES)
    entries: Annotated[list[ConsoleLineIn], Field(max_length=lines.MOST_LINES)]
