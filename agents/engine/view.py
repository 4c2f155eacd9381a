"""What one call is shown of a project, by need and within its room; what is left out is told and recorded.

First the files in play whole, then those around them by what they offer, the tree with what each file is for, and the
older conversation in lines. Half of the room that is left says what the others offer, then as many as fit come whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agents import symbols, tokens
from agents.engine import sheets
from agents.engine.conversation import Earlier
from agents.llm.base import Given
from projects.models import ChangeSet
from projects.services import files, purposes
from projects.store.trees import Manifest

# The parts of the room that files in play leave to the rest; the tree has at least its own.
_IN_PLAY, _TREE, _EARLIER = 0.75, 0.2, 0.05
_MOST_NAMES = 200
_MOST_PURPOSE = 140


@dataclass(frozen=True)
class View:
    tree: str
    files: str
    earlier: str
    given: Given


@dataclass
class _Shelf:
    """The sheets that were taken, and the room that is left."""

    manifest: Manifest
    left: int
    whole: dict[str, str] = field(default_factory=dict)
    outlined: dict[str, str] = field(default_factory=dict)

    def take_whole(self, paths: Iterable[str], *, least: float = 0) -> None:
        """Each that fits, as long as so much is left afterwards. Whole, it needs no outline."""
        for path in paths:
            weight = None if path in self.whole else sheets.weight(self.manifest, path)
            outline = tokens.count(self.outlined.get(path, ""))
            if weight is not None and self.left + outline - weight >= least:
                self.whole[path] = sheets.whole(self.manifest, path)
                self.outlined.pop(path, None)
                self.left += outline - weight

    def take_outlined(self, paths: Iterable[str], *, least: float = 0) -> None:
        for path in paths:
            is_taken = path in self.whole or path in self.outlined
            sheet = None if is_taken else sheets.outlined(self.manifest, path)
            if sheet is not None and self.left - sheet.weight >= least:
                self.outlined[path] = sheet.text
                self.left -= sheet.weight

    def take(self, text: str) -> str:
        self.left -= tokens.count(text)
        return text


def of(
    changeset: ChangeSet, *, room: int, taken: int, first: Sequence[str] = (), earlier: Earlier | None = None
) -> View:
    """`taken` are the tokens of what goes along in any case; `first` names the files in play, the dearest first."""
    manifest = files.working_manifest(changeset)
    first = [path for path in first if path in manifest]
    all_of_it = max(room - taken, room // 4)
    shelf = _Shelf(manifest, all_of_it)
    sheets.study(manifest, manifest)
    shelf.take_whole(first, least=all_of_it * (1 - _IN_PLAY))
    near = sheets.neighbours(manifest, first)
    shelf.take_outlined(near, least=all_of_it * (_TREE + _EARLIER))
    tree = shelf.take(_tree(changeset, manifest, max(shelf.left - all_of_it * _EARLIER, all_of_it * _TREE)))
    lines = (earlier or Earlier(())).within(round(all_of_it * _EARLIER))
    said = shelf.take(_said(lines))
    rest = sorted(manifest, key=lambda path: (path not in near, manifest[path].size, path))
    shelf.take_outlined(rest, least=shelf.left / 2)
    shelf.take_whole(rest)
    shelf.take_outlined(rest)
    left_out = tuple(path for path in sorted(manifest) if path not in shelf.whole)
    unseen = tuple(path for path in left_out if path not in shelf.outlined)
    text = _texts(shelf, unseen)
    given = Given(
        room=room,
        tokens=taken + all_of_it - shelf.left,
        whole=tuple(sorted(shelf.whole)),
        outlined=tuple(sorted(shelf.outlined)),
        left_out=unseen,
        messages=max(0, len(lines.turns) - 1),
        condensed=len(lines.lines),
        unsaid=lines.unsaid,
    )
    return View(tree, text, said, given)


def hidden(given: Given) -> tuple[str, ...]:
    """The files whose text the model has not read."""
    return tuple(sorted((*given.outlined, *given.left_out)))


def _texts(shelf: _Shelf, unseen: Sequence[str]) -> str:
    shown = [*shelf.whole.values(), *shelf.outlined.values()]
    if shelf.outlined:
        shown.append("Of the files in <symbols> only what they export is shown.")
    if unseen:
        more = f" and {len(unseen) - _MOST_NAMES} more" if len(unseen) > _MOST_NAMES else ""
        shown.append(f"Not shown: {', '.join(unseen[:_MOST_NAMES])}{more}")
    return "\n\n".join(shown)


def _tree(changeset: ChangeSet, manifest: Manifest, room: float) -> str:
    """As much of each line as fits for all; of a tree too large even for its paths, its folders."""
    known = purposes.of(changeset, manifest)
    told = {path: _of(known.get(path, "")) for path in sorted(manifest)}
    ways = (
        lambda path: f"{path} ({manifest[path].size} bytes){told[path]}",
        lambda path: f"{path}{told[path]}",
        lambda path: path,
    )
    needs = _packages(manifest)
    for way in ways:
        text = "\n".join((*map(way, told), *needs))
        if tokens.count(text) <= room:
            return text
    return _folders(manifest, needs, room)


def _of(purpose: str) -> str:
    cut = purpose if len(purpose) <= _MOST_PURPOSE else f"{purpose[: _MOST_PURPOSE - 1].rstrip()}…"
    return f": {cut}" if cut else ""


def _folders(manifest: Manifest, needs: Sequence[str], room: float) -> str:
    counts: dict[str, int] = {}
    for path in sorted(manifest):
        folder = path.rpartition("/")[0] or "."
        counts[folder] = counts.get(folder, 0) + 1
    lines = [f"{folder}/ with {count} files" for folder, count in counts.items()]
    while lines and tokens.count("\n".join((*lines, *needs))) > room:
        lines = lines[: len(lines) * 3 // 4]
    dropped = len(counts) - len(lines)
    return "\n".join((*lines, *([f"and {dropped} folders more"] if dropped else []), *needs))


def _packages(manifest: Manifest) -> tuple[str, ...]:
    lists = [path for path in manifest if symbols.is_list(path) and sheets.is_readable(manifest, path)]
    texts = {path: files.text_of(files.read(manifest, path)) or "" for path in sorted(lists)[:10]}
    named = symbols.packages(texts)
    return (f"\nIts packages: {', '.join(named)}",) if named else ()


def _said(earlier: Earlier) -> str:
    if not earlier.lines and not earlier.unsaid:
        return ""
    more = [f"({earlier.unsaid} messages are not repeated here.)"] if earlier.unsaid else []
    return "\n".join(("Asked for earlier, the oldest first:", *more, *earlier.lines))
