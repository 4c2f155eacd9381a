"""The registry of event kinds. Apps add theirs when they are ready."""

from collections.abc import Mapping
from typing import Any

from projects.events import Fragment, Kind

_KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Registering the same kind again is harmless; another kind of the same name is refused."""
    for kind in kinds:
        if _KINDS.setdefault(kind.name, kind) != kind:
            raise ValueError(f"Two kinds of event are called {kind.name!r}.")


def registered() -> tuple[Kind, ...]:
    return tuple(_KINDS.values())


def find(name: str) -> Kind | None:
    return _KINDS.get(name)


def check(name: str, payload: Mapping[str, Any]) -> None:
    """Refuse what the kind does not promise, before it is written for ever."""
    kind = _KINDS.get(name)
    if kind is None:
        raise ValueError(f"No kind of event is called {name!r}.")
    required: frozenset[str] = getattr(kind.payload, "__required_keys__", frozenset())
    optional: frozenset[str] = getattr(kind.payload, "__optional_keys__", frozenset())
    missing, unknown = required - payload.keys(), payload.keys() - required - optional
    if missing or unknown:
        raise ValueError(f"The payload of {name!r} lacks {sorted(missing)} and does not know {sorted(unknown)}.")


def in_region(region: str) -> list[tuple[Kind, Fragment]]:
    return [(kind, fragment) for kind in _KINDS.values() for fragment in kind.fragments if fragment.region == region]
