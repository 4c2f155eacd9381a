"""Refusals of this app: nouns, each with a sentence a person can read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple


class Refusal(Exception):
    """The base of everything a service refuses; `str()` of it may be shown to people."""


class BadPath(Refusal):
    """A path that may not stand in a project's tree."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The path {path!r} {reason}.")


class BadName(Refusal):
    """A name that is empty or too long."""


class MissingFile(Refusal):
    """A path that is not in the tree it was looked for in."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"There is no file {path!r}.")


class Missing(Refusal):
    """What was asked for by its name or number and is not there."""


class TooLarge(Refusal):
    """A file or a tree over its limit."""


class MissingPart(Refusal):
    """A part of a change that is not there, or no longer."""

    def __init__(self, path: str, part: str) -> None:
        self.path, self.part = path, part
        super().__init__(f"The change of {path!r} has no part {part!r} any more. Look at it again.")


class Moved(Refusal):
    """A branch whose head is not the one that was looked at; `number` is the version it is at now."""

    def __init__(self, branch: str, number: int | None) -> None:
        self.branch, self.number = branch, number
        now = f"it is at version {number} now" if number else "it is empty now"
        super().__init__(f"The branch {branch!r} has moved since you looked: {now}. Look again, then decide.")


class Restaged(Refusal):
    """A change set that holds something else than what was looked at; `revision` is the one it has now."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        super().__init__("This change was changed since you looked at it. Look again, then decide.")


class Protected(Refusal):
    """What has to stay."""


class Taken(Refusal):
    """There is something at these paths, and nobody said that it is to be replaced."""

    def __init__(self, paths: Iterable[str], sentence: str) -> None:
        self.paths = tuple(paths)
        super().__init__(sentence)


class BadQuery(Refusal):
    """Nothing that could be looked for."""


class Closed(Refusal):
    """A change set that is no longer open."""


class Empty(Refusal):
    """A change set with nothing to apply, over an empty tree."""


class Busy(Refusal):
    """The head moved each time we tried; trying again later will work."""


class Conflict(Refusal):
    """Two sides that cannot be joined; `paths` says where, `kinds` why for as many as is known (`store.merge.Kind`)."""

    SENTENCES: ClassVar[dict[str, str]] = {
        "lines": "Both sides changed the same lines of {}.",
        "binary": "Both sides changed {}, which cannot be joined line by line.",
        "added": "Both sides added {}, each with another content.",
        "deleted": "One side deleted {}, and the other changed or moved it.",
        "moved": "It cannot be told where {} went: each side says otherwise.",
        "folder": "One side moved the folder away that the other put {} into.",
        "mode": "Both sides added {}, one of them as a program.",
        "names": "{} cannot stand beside each other.",
    }
    MOST_NAMED = 10

    def __init__(self, paths: Iterable[str], kinds: Mapping[str, str] | None = None) -> None:
        self.paths = tuple(sorted(paths))
        self.kinds = dict(kinds or {})
        named: dict[str, list[str]] = {}
        for path in sorted(self.kinds) or self.paths:
            named.setdefault(self.kinds.get(path, "lines"), []).append(path)
        super().__init__(" ".join(self.SENTENCES[kind].format(self._listed(found)) for kind, found in named.items()))

    def _listed(self, paths: list[str]) -> str:
        more = len(paths) - self.MOST_NAMED
        return ", ".join(paths[: self.MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


class Stale(Refusal):
    """A file is not what its writer saw; `current` is the sha256 it has now, empty when it is gone."""

    def __init__(self, path: str, current: str, seen: str | None = None) -> None:
        self.path, self.current = path, current
        if seen == "":
            super().__init__(f"There is a file {path!r} already.")
        elif not current:
            super().__init__(f"The file {path!r} is gone; it was moved or deleted since it was read.")
        else:
            super().__init__(f"The file {path!r} has changed since it was read.")


class Corrupt(Refusal):
    """Stored bytes that no longer match their hash."""


class Fault(NamedTuple):
    """One thing that is wrong with what was brought; without a path it is about all of it."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path} {self.reason}" if self.path else self.reason


class BadArchive(Refusal):
    """What was brought cannot be imported; `faults` says everything that is wrong, as far as a person would read."""

    MOST = 100

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults[: self.MOST])
        self.more = len(faults) - len(self.faults)
        first = "; ".join(map(str, self.faults[:3])).rstrip(".")
        rest = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""
        super().__init__(f"{first}{rest}.")


class BadHistory(BadArchive):
    """Commits that cannot become versions; `faults` says why."""


class NotTaken(Refusal):
    """A push of something that no branch can become."""


class NoGit(Refusal):
    """The git program is not on this machine."""


class GitFailed(Refusal):
    """Git did not do what it was asked to; `said` are its last words."""

    def __init__(self, verb: str, said: str) -> None:
        self.verb, self.said = verb, said
        super().__init__(f"git {verb} failed: {said}.")


class BadUrl(Refusal):
    """What cannot be the address of a git repository."""


class RemoteTrouble(Refusal):
    """A git server elsewhere did not do what was asked; `code` is one of a job's codes, `action` says what helps."""

    def __init__(self, code: str, sentence: str, action: str) -> None:
        self.code, self.action = code, action
        super().__init__(sentence)


class UnknownScope(Refusal):
    """A token was asked to do something that no scope covers."""


class MissingKey(Refusal):
    """What is encrypted was encrypted with a key that is not here."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        super().__init__(
            f"This was encrypted with a key that is not here (mark {mark}). Put the key of your backup in its place."
        )


class Damaged(Refusal):
    """What is encrypted does not open, although its key is here."""


class BadSecret(Refusal):
    """A name or value that a secret cannot have."""


class NotAllowed(Refusal):
    """What somebody may not do, or may no longer."""


class WrongCredentials(Refusal):
    """Not somebody's e-mail address and password, or not their code."""

    def __init__(self, say: str = "This e-mail address and this password do not belong together.") -> None:
        super().__init__(say)


class SecondFactor(Refusal):
    """The password was right, and this account asks for more."""

    def __init__(self) -> None:
        super().__init__("This account has a second factor: send its code next, or sign in with a browser.")


class SignUpClosed(Refusal):
    """Strangers make no accounts here."""

    def __init__(self) -> None:
        super().__init__("Sign-up is closed on this installation.")


class TooOften(Refusal):
    """Tried more often than anybody honest does."""

    def __init__(self) -> None:
        super().__init__("That was tried too often. Wait a few minutes.")


class BadFields(Refusal):
    """Some of what was filled in does not do; `said` tells for each field why."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self.said = dict(said)
        super().__init__(" ".join(self.said.values()))


class BadRole(Refusal):
    """A role that nobody can be given."""

    def __init__(self) -> None:
        super().__init__("Somebody can be editor or viewer of a project. Owning it is handed on by a transfer.")


class BadEmail(Refusal):
    """No e-mail address."""

    def __init__(self) -> None:
        super().__init__("This is not an e-mail address.")
