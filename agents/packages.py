"""Commands a model wrote between its files, carried out on the files instead of in a shell.

Adding a package becomes a line in package.json or requirements.txt, whichever the app has, so
that the install step fetches it and every later machine does too.
"""

import json
import re
from typing import Any, Protocol

from sandboxes import stacks

_NPM = re.compile(r"(?P<name>@?[a-z0-9][\w.\-]*(?:/[\w.\-]+)?)(?:@(?P<version>[\w.\-^~*<>=]+))?")
_PIP = re.compile(r"(?P<name>[A-Za-z0-9][\w.\-]*)(?P<extras>\[[\w,\-]+\])?(?P<version>(?:[=<>~!]=|[<>])[\w.*,<>=!~]+)?")
_AT = re.compile(r"@[\^~]?(?=\d)")
_LINE_NAME = re.compile(r"[\[=<>~!;@\s]")
_NOT_PACKAGES = {"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-g", "--global"}
_DEV = {"-D", "--save-dev", "--dev", "-d"}
_MOST = 30


class Files(Protocol):
    def read(self, path: str) -> bytes | None: ...
    def replace(self, path: str, content: bytes) -> bool: ...
    def remove(self, path: str) -> None: ...
    def refusal(self, path: str) -> str: ...


class Unusable(Exception):
    """The file that lists the packages cannot be read; the words are for a person."""


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
        _add_pip([_AT.sub("==", name) for name in names], files)


def _add_npm(names: list[str], files: Files, *, is_dev: bool) -> None:
    before = files.read("package.json")
    found = [match for name in names if (match := _NPM.fullmatch(name))]
    if before is None or not found:
        return
    package = _package(before)
    have = {**_section(package, "dependencies"), **_section(package, "devDependencies")}
    wanted = {match["name"]: match["version"] or "latest" for match in found if match["name"] not in have}
    if wanted:
        section = "devDependencies" if is_dev else "dependencies"
        package[section] = {**_section(package, section), **wanted}
        text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
        files.replace("package.json", text.encode("utf-8", "replace"))


def _package(content: bytes) -> dict[str, Any]:
    try:
        package = json.loads(content)
    except (ValueError, RecursionError) as broken:
        raise Unusable("`package.json` is not valid JSON, so no package could be added to it.") from broken
    if not isinstance(package, dict):
        raise Unusable("`package.json` is not an object, so no package could be added to it.")
    return package


def _section(package: dict[str, Any], name: str) -> dict[str, Any]:
    section = package.get(name, {})
    if not isinstance(section, dict):
        raise Unusable(f"`{name}` in `package.json` is not an object, so no package could be added to it.")
    return section


def _add_pip(names: list[str], files: Files) -> None:
    lines = (files.read("requirements.txt") or b"").decode(errors="replace").splitlines()
    have = {_plain(_LINE_NAME.split(line.strip(), maxsplit=1)[0]) for line in lines}
    found = {_plain(match["name"]): match[0] for name in names if (match := _PIP.fullmatch(name))}
    wanted = [line for name, line in found.items() if name not in have]
    if wanted:
        files.replace("requirements.txt", ("\n".join([*lines, *wanted]) + "\n").encode())


def _plain(name: str) -> str:
    """The same package however it is spelt."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _move(source: str, target: str, files: Files) -> None:
    if fault := files.refusal(target):
        raise Unusable(fault)
    content = files.read(source)
    if content is not None and source != target and files.replace(target, content):
        files.remove(source)
