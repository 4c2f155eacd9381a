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


@dataclass(frozen=True, slots=True)
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
class Patch:
    """A unified diff for one file."""

    path: str
    diff: str


@dataclass(frozen=True, slots=True)
class Block:
    """Replace one place that reads like `search` by `replace`."""

    search: str
    replace: str


@dataclass(frozen=True, slots=True)
class Edit:
    path: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """A line that was wholly a command; paths in it are already clean."""

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileTruncated:
    """The stream ended inside a block: `text` is what there was of it, never a whole file."""

    path: str
    text: str
    form: Form = "file"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A block or command that was refused; its body was swallowed."""

    path: str
    reason: str
    code: Literal["BAD_PATH", "MALFORMED_BLOCK"] = "BAD_PATH"


Event = Prose | FileOpened | FileChunk | FileClosed | Patch | Edit | Command | FileTruncated | Rejected
