"""From a file that anybody may have made to a parcel of which everything is known to fit together. Writes nothing.

Nothing is believed: sizes, numbers, names, hashes and kinds are looked at before a row is thought of.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError

from agents.parcels import counting, shapes, travelling
from agents.prompts import blueprint
from projects import errors, storable
from projects.imports.unzip import Archive, Limits
from projects.services import applying, staging
from projects.services.staging import Content, Packed
from projects.store import trees
from projects.store.trees import Entry, Manifest

_LIMITS = Limits(files=shapes.MOST_FILES, file=shapes.MOST_PART, total=shapes.MOST_BYTES)
_MOST_DEPTH = 60
_MOST_NUMBER = 2**53

_NO_PARCEL = "This is not a job that was exported from Djinn."

Some = TypeVar("Some", bound=BaseModel)


@dataclass(frozen=True)
class Parcel:
    """`contents` by their hashes, packed already; what was asked and what came as it stood there, known to be good."""

    rows: shapes.Rows
    requests: list[bytes]
    replies: list[bytes]
    trees: dict[str, Manifest]
    contents: Packed
    removed: int = 0

    def packed(self, before: Manifest, after: Manifest) -> Packed:
        """What leads from one tree to the other, with the contents it needs."""
        entries = {one.path: one.after for one in trees.diff(before, after)}
        hashes = {entry.sha256 for entry in entries.values() if entry}
        return Packed(entries, {sha256: self.contents.fresh[sha256] for sha256 in hashes})


@dataclass
class _Read:
    """All that is in the zip, sorted by what it is."""

    parts: dict[str, bytes] = field(default_factory=dict)
    contents: Packed = field(default_factory=Packed)


def unpack(file: BinaryIO) -> Parcel:
    """Raises BadArchive with sentences for a person."""
    read = _read(file)
    _check_values(read.parts)
    manifest = _manifest(read.parts.pop(shapes.MANIFEST, None))
    _check_parts(manifest, read.parts)
    rows = _shaped(shapes.Rows, shapes.JOB, _loaded(shapes.JOB, read.parts.get(shapes.JOB, b"")))
    calls = range(1, len(rows.calls) + 1)
    expected = {shapes.JOB, *map(shapes.request_of, calls), *map(shapes.reply_of, calls)}
    if read.parts.keys() != expected:
        raise _bad("It does not hold what it lists.")
    found = Parcel(
        rows=rows,
        requests=[read.parts[shapes.request_of(number)] for number in calls],
        replies=[read.parts[shapes.reply_of(number)] for number in calls],
        trees=dict(_trees(rows, manifest)),
        contents=read.contents,
        removed=manifest.removed,
    )
    _check_contents(found)
    _check_rows(rows)
    _check_calls(read.parts, calls)
    return found


def _read(file: BinaryIO) -> _Read:
    archive, read = Archive(file, _LIMITS), _Read()
    if archive.contents.left_out:
        raise _bad(_NO_PARCEL)
    read.contents = staging.pack(_contents(archive, read.parts))
    return read


def _contents(archive: Archive, parts: dict[str, bytes]) -> Iterator[tuple[str, Content]]:
    """Packed as they come, so that one stands unpacked in memory; what is no content is put into the parts."""
    for path, content, _ in archive.files():
        if not path.startswith(shapes.CONTENTS):
            if len(content) > (most := shapes.most_of(path)):
                raise _bad(f"is larger than {most // 1024**2} MB", path)
            parts[path] = content
            continue
        sha256 = path.removeprefix(shapes.CONTENTS)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _bad("is not what its name says", path)
        yield sha256, Content(content)


def _check_values(parts: dict[str, bytes]) -> None:
    """Of all of it together, before the first is made: a few bytes packed would be a gigabyte of lists."""
    left = shapes.MOST_VALUES
    for name, part in parts.items():
        if shapes.is_json(name):
            left -= counting.values(part, left)
            if left < 0:
                raise _bad(f"It tells more than {shapes.MOST_VALUES:,} things, which no honest job does.")


def _manifest(raw: bytes | None) -> shapes.Manifest:
    if raw is None:
        raise _bad(_NO_PARCEL)
    claimed = _loaded(shapes.MANIFEST, raw)
    if not isinstance(claimed, dict) or claimed.get("kind") != shapes.KIND:
        raise _bad(_NO_PARCEL)
    if claimed.get("format") != shapes.FORMAT:
        newer = f"This Djinn reads format {shapes.FORMAT} of exported jobs"
        raise _bad(f"{newer}, and this is another. Import it with the Djinn it was made for, or a newer one.")
    return _shaped(shapes.Manifest, shapes.MANIFEST, claimed)


def _check_parts(manifest: shapes.Manifest, parts: dict[str, bytes]) -> None:
    if missing := sorted(manifest.parts.keys() - parts.keys()):
        raise _bad("is missing", missing[0])
    if unknown := sorted(parts.keys() - manifest.parts.keys()):
        raise _bad("belongs to no exported job", unknown[0])
    for name, part in parts.items():
        if hashlib.sha256(part).hexdigest() != manifest.parts[name]:
            raise _bad("is damaged: it is not what the list says", name)


def _trees(rows: shapes.Rows, manifest: shapes.Manifest) -> Iterator[tuple[str, Manifest]]:
    """With the rules that every tree of a project obeys."""
    given = {"base": rows.trees.base, "staged": rows.trees.staged, "made": rows.trees.made}
    there = {name: tree for name, tree in given.items() if tree is not None}
    if there.keys() != manifest.trees.keys():
        raise _bad("It does not hold the trees that it lists.")
    for name, tree in there.items():
        loaded = {path: Entry(*file) for path, file in tree.items()}
        try:
            for path in loaded:
                trees.check_path(path)
            trees.check_tree(loaded)
            applying.check(loaded)
        except (errors.BadPath, errors.TooLarge) as refusal:
            raise _bad(str(refusal)) from refusal
        if trees.tree_hash(loaded) != manifest.trees[name]:
            raise _bad(f"Its files ({name}) are not those that it lists.")
        yield name, loaded


def _check_contents(parcel: Parcel) -> None:
    """Each file has its content, and no content is without a file."""
    needed = {entry.sha256: entry.size for tree in parcel.trees.values() for entry in tree.values()}
    if needed.keys() != parcel.contents.entries.keys():
        raise _bad("It does not hold the contents of its files, or holds others.")
    for sha256, entry in parcel.contents.entries.items():
        if entry is None or entry.size != needed[sha256]:
            raise _bad("It says other sizes of its files than they have.")


def _check_rows(rows: shapes.Rows) -> None:
    """What one row says of another, and what a page or a replay would stumble over."""
    keys, numbers = [step.key for step in rows.steps], [attempt.number for attempt in rows.attempts]
    messages = [message.id for message in rows.messages]
    if any(len(found) != len(set(found)) for found in (keys, numbers, messages)):
        raise _bad("Two of its steps, attempts or messages are called the same.")
    if not {call.step for call in rows.calls} <= set(keys):
        raise _bad("It holds a call of a step that it does not hold.")
    if sum(message.is_first for message in rows.messages) > 1:
        raise _bad("Two of its messages are the first.")
    _check_events(rows, {str(message) for message in messages})
    if rows.job.blueprint:
        try:
            blueprint.from_dict(rows.job.blueprint)
        except blueprint.Malformed as malformed:
            raise _bad(f"Its plan is none: {malformed}") from malformed


def _check_events(rows: shapes.Rows, messages: set[str]) -> None:
    for event in rows.events:
        try:
            travelling.check(event.kind, event.payload)
        except ValueError as error:
            raise _bad(f"It tells of something that cannot be shown: {error}") from error
        if event.kind == travelling.MESSAGE and event.payload["message"] not in messages:
            raise _bad("It tells of a message that it does not hold.")


def _check_calls(parts: dict[str, bytes], numbers: Iterable[int]) -> None:
    """One after the other: what is judged is let go."""
    for number in numbers:
        asked, came = shapes.request_of(number), shapes.reply_of(number)
        _shaped(shapes.RequestPart, asked, _loaded(asked, parts[asked]))
        _text(came, parts[came])


def _text(name: str, raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _bad("is no text", name) from error
    if storable.text(text) != text:
        raise _bad("holds letters that nothing can keep", name)
    return text


def _shaped(kind: type[Some], name: str, loaded: object) -> Some:
    try:
        return kind.model_validate(loaded)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))[:200]
        raise _bad(f"cannot be used: {place}: {first['msg']}", name) from error


def _loaded(name: str, raw: bytes) -> Any:
    """JSON that any database takes, and no deeper than anybody honest nests."""
    try:
        found = json.loads(_text(name, raw), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _bad("is no JSON", name) from error
    if not _is_plain(found, _MOST_DEPTH):
        raise _bad("holds what nothing can keep, or is nested too deep", name)
    return found


def _no_number(said: str) -> None:
    raise ValueError(said)


def _is_plain(value: object, depth: int) -> bool:
    match value:
        case str():
            return storable.text(value) == value
        case bool() | None:
            return True
        case int():
            return abs(value) <= _MOST_NUMBER
        case float():
            return math.isfinite(value)
    within = (*value.keys(), *value.values()) if isinstance(value, dict) else value
    return depth > 0 and isinstance(within, list | tuple) and all(_is_plain(each, depth - 1) for each in within)


def _bad(reason: str, path: str = "") -> errors.BadArchive:
    return errors.BadArchive([errors.Fault(path[:240], reason)])
