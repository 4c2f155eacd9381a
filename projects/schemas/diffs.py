"""Change sets as the API takes and gives them; there they are called diffs."""

from base64 import b64decode
from binascii import Error
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from projects.enums import AuthorKind, ChangeSetState, Decision
from projects.models import ChangeSet
from projects.rest import In, Int, Out, Text
from projects.services.applying import MOST_FILE
from projects.services.showing import FileShown, PartShown
from projects.store import branchnames, trees

MOST_CHANGES = 1000
MOST_NUMBER = 2**31 - 1
MOST_PATH = trees.MAX_PATH_BYTES
# Of one part of a file.
_PART = r"^[0-9a-f]{16}$"
_SHA256 = r"^([0-9a-f]{64})?$"


def decoded(text: str | None, encoding: str) -> bytes | None:
    if text is None:
        return None
    return text.encode() if encoding == "utf-8" else b64decode(text, validate=True)


class ContentIn(In):
    content: str | None = Text(most=2 * MOST_FILE, pattern="", description="null deletes the file.")
    encoding: Literal["utf-8", "base64"] = "utf-8"
    executable: bool = False
    seen: str | None = Field(
        None,
        pattern=_SHA256,
        description="The sha256 of the file as you saw it, empty if there was none; another one now is 412.",
    )

    @field_validator("encoding")
    @classmethod
    def _can_be_decoded(cls, value: str, info: Any) -> str:
        try:
            decoded(info.data.get("content"), value)
        except (Error, ValueError):
            raise ValueError("the content is not in this encoding") from None
        return value

    @property
    def data(self) -> bytes | None:
        return decoded(self.content, self.encoding)


class ChangeIn(ContentIn):
    path: str = Text(least=1, most=MOST_PATH)


class DiffIn(In):
    title: str = Text(least=1, most=200)
    note: str = Text("", most=10_000)
    branch: str = Text("main", least=1, most=branchnames.MOST)
    changes: list[ChangeIn] = Field(min_length=1, max_length=MOST_CHANGES)


class DiffQuery(In):
    state: ChangeSetState | None = None
    branch: str | None = Text(None, least=1, most=branchnames.MOST)


class DiffFilesQuery(In):
    path: str | None = Text(None, least=1, most=MOST_PATH, description="Only this file, with all the room there is.")


class DecisionIn(In):
    """About a whole file, or about one part of it. `seen` is the file's `after` as you saw it, empty for none; another
    one now is 412."""

    path: str = Text(least=1, most=MOST_PATH)
    part: str | None = Field(None, pattern=_PART)
    decision: Decision
    seen: str = Field(pattern=_SHA256)


class ApplyIn(In):
    """Without `paths` and `parts`: what was approved; if nothing was, all that was not turned down. With them exactly
    these. What is left undecided goes on in a new open diff. `seen` is the diff's `revision` as you saw it; another
    one now is 412."""

    seen: int = Int(least=0, most=MOST_NUMBER)
    message: str = Text("", most=2000)
    paths: list[str] = Field(default_factory=list, max_length=MOST_CHANGES)
    parts: dict[str, list[str]] = Field(default_factory=dict, max_length=MOST_CHANGES)


class ChoiceIn(In):
    """What becomes of a file that both sides changed: what the branch has, what the diff brings, or a text."""

    path: str = Text(least=1, most=MOST_PATH)
    take: Literal["branch", "change"] | None = None
    content: str | None = Text(None, most=MOST_FILE, pattern="")


class RejectIn(In):
    """`seen` is the diff's `revision` as you saw it; another one now is 412."""

    seen: int = Int(least=0, most=MOST_NUMBER)


class ResolveIn(In):
    """`seen` is the diff's `revision` as you saw it, and `head` the number of its branch's newest version, 0 for none;
    others now are 412."""

    seen: int = Int(least=0, most=MOST_NUMBER)
    head: int = Int(least=0, most=MOST_NUMBER)
    choices: list[ChoiceIn] = Field(max_length=MOST_CHANGES)


class DiffLineOut(Out):
    sign: str
    text: str


class PartOut(Out):
    """`id` is empty where nothing can be decided about a part alone."""

    id: str
    decision: Decision
    before_start: int
    before_count: int
    after_start: int
    after_count: int
    lines: list[DiffLineOut]

    @staticmethod
    def of(part: PartShown) -> dict[str, Any]:
        hunk = part.hunk
        places = {name: getattr(hunk, name) for name in hunk._fields if name != "lines"}
        return {"id": part.id, "decision": part.decision, **places, "lines": [line._asdict() for line in hunk.lines]}


class DiffFileOut(Out):
    """`before` and `after` are sha256; null where there is no file. `is_cut`: there are more parts than are given.
    `is_long`: none are, for it is too much; if `is_left_out`, only after the files before it: ask for it by `path`."""

    path: str
    status: Literal["added", "changed", "deleted"]
    decision: Decision
    before: str | None
    after: str | None
    executable: bool
    added: int
    removed: int
    is_binary: bool
    is_long: bool
    is_cut: bool
    is_left_out: bool
    parts: list[PartOut]

    @staticmethod
    def of(file: FileShown) -> dict[str, Any]:
        same = ("path", "status", "decision", "added", "removed", "is_binary", "is_long", "is_cut", "is_left_out")
        return {name: getattr(file, name) for name in same} | {
            "before": file.before.sha256 if file.before else None,
            "after": file.after.sha256 if file.after else None,
            "executable": file.after is not None and file.after.executable,
            "parts": [PartOut.of(part) for part in file.parts],
        }


class DiffOut(Out):
    """`base` is the number of the version it was begun over, `version` of the one it became. `revision` grows whenever
    something is staged: send the one you looked at to apply the diff. A diff stays when its `branch` is deleted."""

    id: UUID
    title: str
    note: str
    state: ChangeSetState
    branch: str
    base: int | None
    merges: int | None
    version: int | None
    author: str | None
    author_kind: AuthorKind
    count: int = Int(description="Of files.")
    revision: int
    created_at: datetime

    @staticmethod
    def resolve_branch(diff: ChangeSet, context: Any) -> str:
        return diff.branch_name

    @staticmethod
    def resolve_base(diff: ChangeSet, context: Any) -> int | None:
        return diff.base_number

    @staticmethod
    def resolve_merges(diff: ChangeSet, context: Any) -> int | None:
        return diff.merged

    @staticmethod
    def resolve_version(diff: ChangeSet, context: Any) -> int | None:
        return diff.became

    @staticmethod
    def resolve_author(diff: ChangeSet, context: Any) -> str | None:
        return diff.author.get_short_name() if diff.author else None
