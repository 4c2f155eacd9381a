"""One recorded build: what it is for, and what the model says at each of its steps."""

import functools
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from agents.recordings import streams, words

# Below these shares of known words a wish, or a change, is about something else.
_SAME_WISH = 0.5
_SAME_CHANGE = 0.7


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A recorded change. Each keyword must be said; "header|bar" means either."""

    name: str
    says: str
    keywords: tuple[str, ...]

    def fits(self, text: str) -> bool:
        if text.strip() and text.casefold().split() == self.says.casefold().split():
            return True
        said = words.content(text)
        known = (self.says, *(keyword.replace("|", " ") for keyword in self.keywords))
        is_named = all(said & words.content(keyword.replace("|", " ")) for keyword in self.keywords)
        return is_named and words.coverage(said, known) >= _SAME_CHANGE


@dataclass(frozen=True, slots=True)
class Recording:
    """`subjects` are the words that name such an app; `keywords` those that may go with them."""

    folder: Path
    title: str
    wish: str
    stack: str
    place: int
    subjects: tuple[str, ...]
    keywords: tuple[str, ...]
    followups: tuple[FollowUp, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    def stream(self, step: str, paths: Collection[str] = (), text: str = "") -> str | None:
        """What the model says at this step; None when that was not recorded."""
        file = f"followup-{self._followup(text)}" if step == "edit" else step
        recorded = _read(self.folder / f"{file}.txt")
        return None if recorded is None else streams.only(recorded, paths if step != "edit" else ())

    def is_wished_by(self, wish: str) -> bool:
        """The very words it was recorded for, in whatever language."""
        return bool(wish.strip()) and wish.casefold().split() == self.wish.casefold().split()

    def is_meant_by(self, said: frozenset[str]) -> bool:
        known = (*self.subjects, *self.keywords)
        is_named = bool(said & words.content(" ".join(self.subjects)))
        return is_named and words.coverage(said, known) >= _SAME_WISH

    def nearness(self, said: frozenset[str]) -> int:
        named, known = words.content(" ".join(self.subjects)), words.content(" ".join(self.keywords))
        return 3 * len(said & named) + len(said & known - named)

    def _followup(self, text: str) -> str:
        return next((followup.name for followup in self.followups if followup.fits(text)), "")


def _read(file: Path) -> str | None:
    try:
        return _read_once(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@functools.lru_cache(64)
def _read_once(file: Path, changed: int) -> str:
    # As bytes: reading as text would change the line ends of what was recorded.
    return file.read_bytes().decode()
