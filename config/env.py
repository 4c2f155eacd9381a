"""Typed readers of environment variables. A value that cannot be meant refuses to boot, by name."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from agents import chains

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def integer(name: str, default: int, *, least: int, most: int) -> int:
    raw = text(name)
    try:
        value = int(raw) if raw else default
    except ValueError:
        raise _refusal(name, raw, "a whole number") from None
    if not least <= value <= most:
        raise _refusal(name, raw, f"between {least} and {most}")
    return value


def number(name: str, default: float, *, least: float, most: float) -> float:
    raw = text(name)
    try:
        value = float(raw) if raw else default
    except ValueError:
        raise _refusal(name, raw, "a number") from None
    if not least <= value <= most:
        raise _refusal(name, raw, f"between {least} and {most}")
    return value


def boolean(name: str, default: bool = False) -> bool:
    raw = text(name).lower()
    if not raw:
        return default
    if raw in YES:
        return True
    if raw in NO:
        return False
    raise _refusal(name, raw, "yes or no (1/0, true/false, on/off)")


def choice(name: str, default: str, *, among: Sequence[str]) -> str:
    value = text(name, default)
    if value not in among:
        raise _refusal(name, value, f"one of {', '.join(among)}")
    return value


def models(name: str, default: str = "", *, like: str = "") -> str:
    """One model, or several with commas between, of which the first is preferred.

    `like` are others: the demo and models do not stand beside each other.
    """
    value = text(name, default)
    try:
        if value:
            chains.check(value)
    except chains.Unusable as unusable:
        raise _refusal(name, value, f"a model, or several with commas between. {unusable}") from None
    if value and like and chains.is_demo(value) != chains.is_demo(like):
        raise _refusal(name, value, f"the demo if the models beside it are, and else a model; beside it is {like!r}")
    return value


def words(name: str) -> list[str]:
    """A list separated by commas or spaces."""
    return text(name).replace(",", " ").split()


def folder(name: str, default: str) -> Path:
    path = Path(text(name, default)).expanduser()
    if not path.is_absolute():
        path = Path.cwd() / path
    if path.exists() and not path.is_dir():
        raise _refusal(name, str(path), "a folder")
    return path


def home(name: str, default: str) -> Path:
    """A folder of our own, made when it is missing; one that cannot be written refuses to boot."""
    path = folder(name, default)
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError):  # a file stands in the way, above it
        raise _refusal(name, str(path), "a folder") from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise _refusal(name, str(path), f"a folder that can be made ({error.strerror})") from None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise _refusal(name, str(path), "a folder that the account running Djinn can read and write")
    return path


def address(name: str, default: str = "", *, schemes: Sequence[str]) -> str:
    """The URL of another server; its password is never part of a refusal."""
    url = text(name, default)
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise _refusal(name, "…", "an address that can be read") from None
    if url and parts.scheme not in schemes:
        raise _refusal(name, f"{parts.scheme}:…", f"an address that begins with {' or '.join(schemes)}://")
    return url


def _refusal(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {value!r}; it must be {wanted}.")
