"""What may be called a package, and what is said of one. Names only: no flags, addresses, paths or files."""

import re
from dataclasses import dataclass

from sandboxes.packages.errors import BadPackage

MOST_NAME = 214
MOST_VERSION = 100
MOST_TEXT = 2 * MOST_NAME
_NPM_NAME = re.compile(r"(?:@[a-z0-9][a-z0-9._\-]*/)?[a-z0-9][\w.\-]*", re.ASCII)
_PIP_NAME = re.compile(r"[A-Za-z0-9](?:[\w.\-]*[A-Za-z0-9])?", re.ASCII)
_PIP = re.compile(r"([^\[=<>~!@\s]+)(\[[A-Za-z0-9][\w,.\-]*\])?(.*)", re.ASCII)
_NPM_VERSION = re.compile(r"(?:[\^~]|[<>]=?|=)?[\w][\w.\-+*]*|\*", re.ASCII)
_PIP_VERSION = re.compile(r"(?:(?:[=<>~!]=|[<>])[\w.*+!\-]+)(?:,(?:[=<>~!]=|[<>])[\w.*+!\-]+)*", re.ASCII)
_BARE = re.compile(r"@?[\^~]?\d", re.ASCII)
_NEWEST = ("latest", "@latest")
# To npm and pip these would be files.
_ARCHIVES = (".whl", ".zip", ".tgz", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz")
_TAKEN = frozenset({"node_modules", "favicon.ico"})


@dataclass(frozen=True)
class Wanted:
    """`version` as the list of the app says it; empty where none was named."""

    name: str
    version: str = ""
    extras: str = ""


@dataclass(frozen=True)
class Declared:
    """What a list says of one package."""

    name: str
    version: str
    is_dev: bool = False


def npm(text: str, version: str = "") -> Wanted:
    """`zod`, `zod@4`, `@types/node@^22`."""
    if len(text) > MOST_TEXT:
        raise BadPackage(f"{_shown(text)} is not the name of a package.")
    name, said = _split(text)
    version = version or said
    if len(name) > MOST_NAME or name in _TAKEN or not _NPM_NAME.fullmatch(name):
        raise BadPackage(f"{_shown(text)} is not the name of a package.")
    is_file = version.lower().endswith(_ARCHIVES)
    if version and (len(version) > MOST_VERSION or is_file or not _NPM_VERSION.fullmatch(version)):
        raise BadPackage(f"{_shown(version)} is not a version of {name}.")
    return Wanted(name, version)


def pip(text: str, version: str = "") -> Wanted:
    """`flask`, `flask==3.1`, `uvicorn[standard]>=0.3`, and `flask@3.1` as npm would say it."""
    match = _PIP.fullmatch(text) if len(text) <= MOST_TEXT else None
    name, extras, said = match.groups(default="") if match else ("", "", "")
    if len(name) > MOST_NAME or not _PIP_NAME.fullmatch(name) or name.lower().endswith(_ARCHIVES):
        raise BadPackage(f"{_shown(text)} is not the name of a package.")
    version = version or said
    if _BARE.match(version):
        version = "==" + version.lstrip("@^~")
    if version in _NEWEST:
        version = ""
    if version and (len(version) > MOST_VERSION or not _PIP_VERSION.fullmatch(version)):
        raise BadPackage(f"{_shown(version)} is not a version of {name}.")
    return Wanted(name, version, extras)


def plain(name: str) -> str:
    """The same Python package however it is spelt."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _split(text: str) -> tuple[str, str]:
    """At the last @ that does not begin a scope."""
    at = text.find("@", 1)
    if at == -1:
        return text, ""
    if at == len(text) - 1:
        raise BadPackage(f"The version is missing in {_shown(text)}.")
    return text[:at], text[at + 1 :]


def _shown(text: str) -> str:
    return f"“{''.join(c if c.isprintable() else '?' for c in text[:60])}”"
