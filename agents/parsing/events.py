"""What the code stream means, one event at a time."""

from dataclasses import dataclass
from typing import Literal

Form = Literal["file", "patch", "edit"]


@dataclass(frozen=True, slots=True)
class Prose:
    """One line for the chat, with its line ending."""

    text: str


@dataclass(frozen=True, slots=True)
class FileOpened:
    path: str
    purpose: str = ""


# Not frozen: there is one for every piece of a stream, and a frozen one takes almost three times as long to make.
@dataclass(slots=True)
class FileChunk:
    """The next piece of a body; how bodies are cut into chunks means nothing."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class FileClosed:
    """The end marker was seen: `text` is the whole body, byte for byte."""

    path: str
    text: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class PatchClosed:
    """A unified diff for one file."""

    path: str
    diff: str


@dataclass(frozen=True, slots=True)
class Block:
    """Replace one place that reads like `search` by `replace`."""

    search: str
    replace: str


@dataclass(frozen=True, slots=True)
class EditClosed:
    path: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """Paths in `argv` are already clean; `raw` is the line that it was written in."""

    argv: tuple[str, ...]
    raw: str


@dataclass(frozen=True, slots=True)
class FileTruncated:
    """The stream ended inside a block: `text` is what there was of it, byte for byte, never a whole file."""

    path: str
    text: str
    form: Form = "file"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A block or command that was refused; the body of a block was swallowed. `line` is where it began."""

    line: str
    reason: str
    path: str = ""
    code: Literal["BAD_PATH", "MALFORMED_BLOCK"] = "MALFORMED_BLOCK"


Event = Prose | FileOpened | FileChunk | FileClosed | PatchClosed | EditClosed | Command | FileTruncated | Malformed
