"""Commands a model wrote between its files, carried out on the files instead of in a shell.

Adding a package becomes a line in package.json or requirements.txt, whichever the app has, so
that the install step fetches it and every later machine does too.
"""

from collections.abc import Callable
from typing import Protocol

from sandboxes import stacks
from sandboxes.packages import npm, pip, words
from sandboxes.packages.errors import BadPackage, Unusable

__all__ = ["Files", "Unusable", "carry_out"]

_NOT_PACKAGES = {"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-g", "--global"}
_DEV = {"-D", "--save-dev", "--dev", "-d"}
_MOST = 30


class Files(Protocol):
    def read(self, path: str) -> bytes | None: ...
    def replace(self, path: str, content: bytes) -> bool: ...
    def remove(self, path: str) -> None: ...
    def refusal(self, path: str) -> str: ...


def carry_out(argv: tuple[str, ...], files: Files, *, stack: str) -> None:
    """One command of a stream. What the app's stack has no use for is left alone."""
    names = [word for word in argv[1:] if not word.startswith("-")][:_MOST]
    match argv[0]:
        case "npm" | "yarn" | "pnpm" | "bun" | "pip" | "uv" if not _NOT_PACKAGES & set(argv):
            wanted = names[2:] if names[:1] == ["pip"] else names[1:]
            _add(wanted, files, stack=stack, is_dev=bool(_DEV & set(argv)))
        case "rm":
            for path in names:
                files.remove(path)
        case "mv" if len(names) == 2:
            _move(names[0], names[1], files)


def _add(names: list[str], files: Files, *, stack: str, is_dev: bool) -> None:
    if stack in stacks.BY_NAME and stacks.BY_NAME[stack].is_npm:
        _add_npm(names, files, is_dev=is_dev)
    elif stack == stacks.PYTHON.name:
        _add_pip(names, files)


def _add_npm(names: list[str], files: Files, *, is_dev: bool) -> None:
    before = files.read(npm.PATH)
    found = [one for name in names if (one := _named(words.npm, name))]
    if before is None or not found:
        return
    have = {one.name for one in npm.declared(before)}
    if wanted := [one for one in found if one.name not in have]:
        files.replace(npm.PATH, npm.put(before, wanted, is_dev=is_dev))


def _add_pip(names: list[str], files: Files) -> None:
    before = files.read(pip.PATH) or b""
    have = {words.plain(one.name) for one in pip.declared(before)}
    found = {words.plain(one.name): one for name in names if (one := _named(words.pip, name))}
    if wanted := [one for name, one in found.items() if name not in have]:
        files.replace(pip.PATH, pip.put(before, wanted))


def _named(read: Callable[[str], words.Wanted], text: str) -> words.Wanted | None:
    """What is no package is left out."""
    try:
        return read(text)
    except BadPackage:
        return None


def _move(source: str, target: str, files: Files) -> None:
    if fault := files.refusal(target):
        raise Unusable(fault)
    content = files.read(source)
    if content is not None and source != target and files.replace(target, content):
        files.remove(source)
