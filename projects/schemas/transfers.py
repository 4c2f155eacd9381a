"""Imports, forks and remotes as the API takes and gives them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from projects.git import addresses
from projects.models import Remote
from projects.rest import In, Int, Out, Text
from projects.schemas.projects import ProjectOut
from projects.services import remotes
from projects.services.projects import MOST_NAME


class ImportQuery(In):
    """`filename` is what the file is called where it comes from; the project is called so unless `name` is given."""

    name: str = Text("", most=MOST_NAME)
    filename: str = Text("", most=255)


class TakeQuery(In):
    """`add`: the files of the zip come on top. `replace`: they are all that is left."""

    mode: Literal["add", "replace"]
    branch: str = Text("main", least=1, most=120)
    filename: str = Text("", most=255)


class TakenOut(Out):
    """The version it became; `left_out` says how many entries of what were not taken along."""

    version: int
    files: int
    left_out: dict[str, int]


class ImportedOut(TakenOut):
    project: ProjectOut


class ForkIn(In):
    """Without a version it is the head of `main`; without a name that of the source."""

    version: int | None = Int(None, least=1, most=2**31 - 1)
    name: str | None = Text(None, least=1, most=MOST_NAME)


class ExportQuery(In):
    """A version by its number, or a branch; without both `main`."""

    version: int | None = Int(None, least=1, most=2**31 - 1)
    branch: str | None = Text(None, least=1, most=120)


class RemoteIn(In):
    """A user and password within the address are taken out of it. Neither can be read again."""

    name: str = Text("origin", least=1, most=remotes.MOST_NAME)
    url: str = Text(least=1, most=addresses.MOST)
    username: str = Text("", most=200)
    password: str = Text("", most=remotes.MOST_CREDENTIAL)
    is_automatic: bool = False


class RemotePatch(In):
    """What is left out or null stays; another address forgets who signs in."""

    name: str | None = Text(None, least=1, most=remotes.MOST_NAME)
    url: str | None = Text(None, least=1, most=addresses.MOST)
    username: str | None = Text(None, most=200)
    password: str | None = Text(None, most=remotes.MOST_CREDENTIAL)
    is_automatic: bool | None = None


class RemoteOut(Out):
    """`pushed`: the commit of each branch as the remote had it after the last push."""

    id: UUID
    name: str
    url: str
    has_credentials: bool
    is_automatic: bool
    pushed: dict[str, str]
    pushed_at: datetime | None
    created_at: datetime

    @staticmethod
    def resolve_has_credentials(remote: Remote, context: Any) -> bool:
        return bool(remote.ciphertext)
