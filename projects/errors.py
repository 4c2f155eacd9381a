"""Refusals of this app: nouns, each with a sentence a person can read."""

from collections.abc import Iterable


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


class TooLarge(Refusal):
    """A file or a tree over its limit."""


class Closed(Refusal):
    """A change set that is no longer open."""


class Empty(Refusal):
    """A change set with nothing to apply, over an empty tree."""


class Busy(Refusal):
    """The head moved each time we tried; trying again later will work."""


class Conflict(Refusal):
    """Both sides changed the same lines; `paths` says where."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = tuple(sorted(paths))
        super().__init__("Both sides changed the same lines of " + ", ".join(self.paths) + ".")


class Corrupt(Refusal):
    """Stored bytes that no longer match their hash."""


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
