"""Commands a model wrote between its files, carried out on the files instead of in a shell.

Adding a package becomes a line in package.json or requirements.txt, so that the install step
fetches it and every later machine does too.
"""

import json
import re
from typing import Protocol

_NPM = re.compile(r"^(?P<name>@?[a-z0-9][\w.\-]*(?:/[\w.\-]+)?)(?:@(?P<version>[\w.\-^~*]+))?$")
_PIP = re.compile(r"^[A-Za-z0-9][\w.\-]*(\[[\w,\-]+\])?([=<>~!]=?[\w.*]+)?$")
_MOST = 30


class Files(Protocol):
    def read(self, path: str) -> bytes | None: ...
    def replace(self, path: str, content: bytes) -> None: ...
    def remove(self, path: str) -> None: ...


def carry_out(argv: tuple[str, ...], files: Files) -> None:
    names = [word for word in argv[1:] if not word.startswith("-")][:_MOST]
    match argv[0]:
        case "npm" | "yarn" | "pnpm" | "bun":
            _add_npm(names[1:], files, is_dev=bool({"-D", "--save-dev", "--dev"} & set(argv)))
        case "pip" | "uv":
            _add_pip(names[1:], files)
        case "rm":
            for path in names:
                files.remove(path)
        case "mv" if len(names) == 2:
            _move(names[0], names[1], files)


def _add_npm(names: list[str], files: Files, *, is_dev: bool) -> None:
    before = files.read("package.json")
    if before is None:
        return
    package = json.loads(before)
    wanted = package.setdefault("devDependencies" if is_dev else "dependencies", {})
    for name in names:
        found = _NPM.match(name)
        if found:
            wanted.setdefault(found["name"], found["version"] or "latest")
    after = (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()
    if after != before:
        files.replace("package.json", after)


def _add_pip(names: list[str], files: Files) -> None:
    before = files.read("requirements.txt") or b""
    lines = before.decode().splitlines()
    have = {re.split(r"[\[=<>~!;\s]", line, maxsplit=1)[0].lower() for line in lines}
    for name in names:
        if _PIP.match(name) and re.split(r"[\[=<>~!]", name, maxsplit=1)[0].lower() not in have:
            lines.append(name)
    after = ("\n".join(lines) + "\n").encode()
    if after != before:
        files.replace("requirements.txt", after)


def _move(source: str, target: str, files: Files) -> None:
    content = files.read(source)
    if content is not None:
        files.replace(target, content)
        files.remove(source)
