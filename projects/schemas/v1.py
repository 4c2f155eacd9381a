"""Files as the first version of the API takes and gives them: in JSON, many at once."""

from typing import Annotated

from pydantic import Field

from projects.rest import In, Out, Text
from projects.schemas.files import FileOut
from projects.store.trees import MAX_PATH_BYTES

MOST_FILES = 500
ETAG = r'^"[0-9a-f]{64}"$'


class FileIn(In):
    """`etag` is what was read; null for a file that is new."""

    path: str = Text(least=1, most=MAX_PATH_BYTES)
    content: str | None = Text(..., most=5 * 1024 * 1024, description="Its text; null takes the file away.")
    etag: str | None = Field(..., pattern=ETAG)


class FilesWritten(In):
    files: Annotated[list[FileIn], Field(min_length=1, max_length=MOST_FILES)]
    message: str = Text("", most=500)


class FileList(Out):
    files: list[FileOut]


class TextOut(FileOut):
    """`content` is null for what is no text."""

    content: str | None
