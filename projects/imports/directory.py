"""What a zip says is in it, judged before anything is unpacked. Knows no database.

A zip is written by whoever likes to: every number and every name in it is a claim.
"""

import io
import stat
import struct
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from projects import errors
from projects.store import trees

MOST_ENTRIES = 10_000
# The list of entries takes 46 bytes and a name for each; who lists more wants to fill our memory.
MOST_DIRECTORY = 4 * 1024 * 1024
# What systems and tools leave in folders, and what is made anew from the rest. Never imported, always said.
JUNK = frozenset(
    {
        "__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".git", ".hg", ".svn", "node_modules", "__pycache__",
        ".venv",
    }
)  # fmt: skip

_UTF8 = 0x800
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_OPENED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_END, _LOCATOR, _LOCAL = b"PK\x05\x06", b"PK\x06\x07", 30
# The end of a zip may carry a comment of 64 KB.
_TAIL = 22 + 65_535


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to be unpacked, under the path it gets."""

    path: str
    info: zipfile.ZipInfo
    executable: bool


@dataclass
class Contents:
    entries: list[Entry] = field(default_factory=list)
    faults: list[errors.Fault] = field(default_factory=list)
    # What was left out, and how many entries of it.
    left_out: Counter[str] = field(default_factory=Counter)
    # The one folder that stood around everything, and was taken off.
    wrapper: str = ""


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """Refused here: what is no zip, and what lists too much."""
    try:
        if _directory_size(file) > MOST_DIRECTORY:
            raise errors.BadArchive([errors.Fault("", _too_many())])
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error, EOFError) as broken:
        raise errors.BadArchive([errors.Fault("", "This is not a zip, or it is damaged.")]) from broken
    if len(archive.infolist()) > MOST_ENTRIES:
        raise errors.BadArchive([errors.Fault("", _too_many())])
    return archive


def _too_many() -> str:
    junk = "folders that are made anew, such as node_modules, need not be in it"
    return f"It lists more than {MOST_ENTRIES:,} entries; {junk}."


def _directory_size(file: BinaryIO) -> int:
    """As the end of the file claims it, in either of its two forms; whichever claims more."""
    length = file.seek(0, io.SEEK_END)
    start = file.seek(max(0, length - _TAIL - 20))
    tail = file.read(_TAIL + 20)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise ValueError("no end of a zip")
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR:
        # Where `zipfile` looks for it, whatever the locator says.
        file.seek(max(0, start + at - 20 - 56))
        return max(size % 0xFFFFFFFF, int.from_bytes(file.read(56)[40:48], "little"))
    return size


def contents(archive: zipfile.ZipFile, file: BinaryIO) -> Contents:
    found = Contents()
    for info in archive.infolist():
        _take(info, found)
    _unwrap(found)
    found.faults += _clashes(found)
    found.faults += _overlaps(file, archive.start_dir, [entry.info for entry in found.entries])
    return found


def _take(info: zipfile.ZipInfo, found: Contents) -> None:
    path = _path(info)
    if path is None:
        reason = "has a name in an encoding that is not told; pack it again with names in UTF-8"
        found.faults.append(errors.Fault(_shown(info.orig_filename), reason))
        return
    if junk := next((part for part in path.split("/") if part.casefold() in JUNK), None):
        found.left_out[junk] += 1
        return
    reason = _fault(path, info)
    if reason:
        found.faults.append(errors.Fault(_shown(path), reason))
    elif not info.is_dir():
        found.entries.append(Entry(path, info, bool(info.external_attr >> 16 & stat.S_IXUSR)))


def _path(info: zipfile.ZipInfo) -> str | None:
    """Its name; many write UTF-8 without saying so. In the composed form, as no Mac writes it."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            return None
    return unicodedata.normalize("NFC", name.removesuffix("/") if info.is_dir() else name)


def _shown(path: str) -> str:
    return path.encode("utf-8", "replace").decode()[: trees.MAX_PATH_BYTES]


def _fault(path: str, info: zipfile.ZipInfo) -> str:
    kind, mode = stat.S_IFMT(info.external_attr >> 16), info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR and not info.is_dir()):
        return "is neither a file nor a folder"
    if mode & (stat.S_ISUID | stat.S_ISGID) and not info.is_dir():
        return "asks for rights that no file here has (setuid or setgid)"
    try:
        trees.check_path(path)
    except errors.BadPath as bad:
        return bad.reason
    if info.is_dir():
        return ""
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    return "" if info.compress_type in _OPENED else f"is packed in a way we do not open (method {info.compress_type})"


def _unwrap(found: Contents) -> None:
    """One folder around everything, as hosts of code and file managers make it, is no part of the project."""
    tops = {entry.path.partition("/")[0] for entry in found.entries}
    if len(tops) != 1 or any("/" not in entry.path for entry in found.entries):
        return
    [found.wrapper] = tops
    cut = len(found.wrapper) + 1
    found.entries = [Entry(entry.path[cut:], entry.info, entry.executable) for entry in found.entries]


def _clashes(found: Contents) -> Iterator[errors.Fault]:
    paths = [entry.path for entry in found.entries]
    for path, count in Counter(paths).items():
        if count > 1:
            yield errors.Fault(path, f"is in it {count} times")
    for path, reason in trees.clashes(paths):
        yield errors.Fault(path, reason)


def _overlaps(file: BinaryIO, list_at: int, infos: list[zipfile.ZipInfo]) -> Iterator[errors.Fault]:
    """Entries that share their bytes make much of little: each must begin behind the end of the one before."""
    if outside := [info for info in infos if not 0 <= info.header_offset < list_at]:
        yield from (errors.Fault(_shown(info.filename), "begins outside of the zip: it is cut off") for info in outside)
        return
    ends_at = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < ends_at:
            yield errors.Fault(_shown(info.filename), "shares its bytes with another file of the zip")
        ends_at = max(ends_at, _end_of(file, info))
    if ends_at > list_at:
        yield errors.Fault("", "A file in it runs into the list of files.")


def _end_of(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    file.seek(info.header_offset)
    head = file.read(_LOCAL)
    name, extra = struct.unpack("<26xHH", head) if len(head) == _LOCAL else (0, 0)
    return info.header_offset + _LOCAL + int(name) + int(extra) + info.compress_size
