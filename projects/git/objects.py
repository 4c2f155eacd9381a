"""Git's own bytes for trees and commits: written, named and read back. Pure."""

import codecs
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from projects import storable

NOTHING = "0" * 40
FOLDER, FILE, PROGRAM = b"40000", b"100644", b"100755"
MOST_AUTHOR = 200

# What git itself takes off the ends of a name.
_CRUD = " .,:;<>\"\\'\t"
_PERSON = re.compile(r"(.*?)<([^<>]*)>[^<>]*\Z", re.DOTALL)
_IDENT = rb"[^\n\0<>]*<[^\n\0<>]*> [0-9]{1,12} [+-][0-9]{4}"
_COMMIT = re.compile(
    rb"tree ([0-9a-f]{40})\n((?:parent [0-9a-f]{40}\n)*)author (" + _IDENT + rb")\ncommitter " + _IDENT + rb"\n"
    rb"((?:[^\n\0]+\n)*)(?:\n(.*))?\Z",
    re.DOTALL,
)
_ENCODING = re.compile(rb"^encoding ([A-Za-z0-9_.:-]{1,40})$", re.MULTILINE)
# Codecs are code: only those that say no more than which letter a byte is.
_CHARSETS = re.compile(
    r"(utf-?8|us-ascii|ascii|latin-?1|iso-?8859-\d{1,2}|(windows|cp)-?125\d|koi8-[ru]|shift_?jis|euc-(jp|kr)|gbk|gb18030|big5)\Z"
)


class Malformed(Exception):
    """These bytes are not what git would have written."""


class Item(NamedTuple):
    """A file of a tree, by git's name for its bytes."""

    oid: str
    executable: bool = False


class Line(NamedTuple):
    """One line of one folder, as it was written."""

    mode: bytes
    name: bytes
    oid: str


class Commit(NamedTuple):
    tree: str
    parents: tuple[str, ...]
    author_line: str
    message: str


def name(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


# --- trees -------------------------------------------------------------------------------------
_Folder = dict[str, "Item | _Folder"]


def write_tree(files: Mapping[str, Item]) -> tuple[str, dict[str, bytes]]:
    """The name of the whole tree, and the bytes of each folder in it by name."""
    root: _Folder = {}
    for path, item in files.items():
        *folders, last = path.split("/")
        at = root
        for folder in folders:
            inner = at.setdefault(folder, {})
            if isinstance(inner, Item):
                raise Malformed(f"{path} stands in a file.")
            at = inner
        at[last] = item
    written: dict[str, bytes] = {}
    return _write_folder(root, written), written


def _write_folder(folder: _Folder, written: dict[str, bytes]) -> str:
    lines = []
    for called, inside in folder.items():
        named = called.encode()
        if isinstance(inside, Item):
            mode = PROGRAM if inside.executable else FILE
            lines.append((named, b"%s %s\0%s" % (mode, named, bytes.fromhex(inside.oid))))
        else:
            oid = _write_folder(inside, written)
            # Git sorts a folder as if its name ended with a slash.
            lines.append((named + b"/", b"%s %s\0%s" % (FOLDER, named, bytes.fromhex(oid))))
    content = b"".join(line for _, line in sorted(lines))
    oid = name("tree", content)
    written[oid] = content
    return oid


def read_folder(content: bytes) -> Iterator[Line]:
    """Line by line, and nothing about them believed."""
    at = 0
    while at < len(content):
        space, null = content.find(b" ", at), content.find(b"\0", at)
        if not at < space < null or null + 21 > len(content):
            raise Malformed("A folder is cut off.")
        yield Line(content[at:space], content[space + 1 : null], content[null + 1 : null + 21].hex())
        at = null + 21


# --- commits -----------------------------------------------------------------------------------
def write_commit(
    *, tree: str, parents: Sequence[str], author_line: str, at: datetime, mark: str, message: str
) -> bytes:
    """A pure function of what a version says. The mark keeps two alike versions of one second apart."""
    who = f"{person(author_line)} {int(at.timestamp())} +0000"
    text = storable.text(message)
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {who}", f"committer {who}"]
    ending = "" if not text or text.endswith("\n") else "\n"
    return "\n".join([*lines, f"djinn-version {mark}", "", text + ending]).encode()


def person(line: str) -> str:
    """`Name <address>` with nothing in it that git would stumble over."""
    found = _PERSON.match(storable.text(line))
    called, address = found.groups() if found else (line, "")
    address = "".join(storable.name(address).split())
    called = re.sub("[<>]", "", storable.name(called)).strip(_CRUD)
    return f"{called or address.partition('@')[0] or 'unknown'} <{address}>"


def read_commit(content: bytes) -> Commit:
    found = _COMMIT.match(content)
    if found is None:
        raise Malformed("A commit is not written as git writes it.")
    tree, parents, author, headers, message = found.groups()
    charset = _charset(headers)
    who = storable.name(author.rpartition(b">")[0].decode(charset, "replace") + ">")
    return Commit(
        tree.decode(),
        tuple(parents.decode().split()[1::2]),
        who[:MOST_AUTHOR],
        storable.text((message or b"").decode(charset, "replace")),
    )


def _charset(headers: bytes) -> str:
    found = _ENCODING.search(headers)
    named = found.group(1).decode().lower() if found else "utf-8"
    try:
        return codecs.lookup(named).name if _CHARSETS.match(named) else "utf-8"
    except LookupError:
        return "utf-8"
