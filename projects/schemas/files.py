"""Files as the API takes and gives them."""

from projects.rest import In, Int, Out, Paging, Text
from projects.services import searching
from projects.store.trees import MAX_PATH_BYTES


class Where(In):
    branch: str = Text("main", least=1, most=120, description="A branch of the project.")


class FilesIn(Paging):
    branch: str = Text("main", least=1, most=120, description="A branch of the project.")
    folder: str = Text("", most=MAX_PATH_BYTES, description="Only what stands in it, at any depth.")


class WriteIn(Where):
    executable: bool | None = None
    message: str = Text("", most=500, description="What the version is to be called.")


class MoveIn(Where):
    path: str = Text(least=1, most=MAX_PATH_BYTES, description="A file or a folder.")
    target: str = Text(least=1, most=MAX_PATH_BYTES, description="Where it is to be; nothing may be there yet.")


class FolderIn(Where):
    path: str = Text(least=1, most=MAX_PATH_BYTES)


class SearchIn(Where):
    words: str = Text(least=1, most=searching.MOST_WORDS, description="Taken as they are; there are no patterns.")
    exact: bool = False
    limit: int = Int(50, least=1, most=searching.MOST)


class UploadIn(Where):
    folder: str = Text("", most=MAX_PATH_BYTES)
    replace: bool = False


class FileOut(Out):
    """`etag` is what `If-Match` takes."""

    path: str
    size: int
    executable: bool
    etag: str


class VersionMade(Out):
    """The version that the act made, or the head where nothing was different."""

    version: int


class FileWritten(FileOut, VersionMade):
    pass


class LineOut(Out):
    number: int
    text: str


class HitOut(LineOut):
    """`text` may be a part of a long line; `start` and `end` say where in it the words stand, both 0 if unknown."""

    path: str
    start: int
    end: int
    before: list[LineOut]
    after: list[LineOut]


class Found(Out):
    """`names`: paths that have the words. `more_*`: there is more than is given. `left_out`: files too large."""

    names: list[str]
    more_names: bool
    lines: list[HitOut]
    more_lines: bool
    left_out: int
