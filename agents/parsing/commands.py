"""Recognises a line that is wholly a command we know; everything else is prose.

The commands are words about the project (which packages, which files), not for a shell.
"""

import re

from agents.parsing import paths, words
from agents.parsing.events import Command, Malformed

_INSTALLERS = {
    ("npm", "install"),
    ("npm", "i"),
    ("npm", "add"),
    ("yarn", "add"),
    ("yarn", "install"),
    ("pnpm", "add"),
    ("pnpm", "install"),
    ("pnpm", "i"),
    ("bun", "add"),
    ("bun", "install"),
    ("bun", "i"),
    ("pip", "install"),
    ("uv", "add"),
}
_FILE_FLAGS = {
    "rm": {"-r", "-f", "-R", "-rf", "-fr", "-Rf", "--recursive", "--force"},
    "mv": {"-f", "-n"},
    "mkdir": {"-p", "--parents"},
}
_VERBS = {verb for verb, _ in _INSTALLERS} | set(_FILE_FLAGS)
_FLAG = re.compile(r"--?[A-Za-z][\w-]*(?:=[\w.,@/+-]*)?")
_PACKAGE = re.compile(r"@?[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?(?:\[[\w,-]+\])?(?:(?:@|[=<>~!]=|[<>])[\w.,^~*<>=-]+)?")
_UPWARDS = re.compile(r"\.\.?(?:/\.{0,2})*")
_SENTENCE = {
    *("a", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "before"),
    *("but", "by", "can", "command", "does", "each", "first", "for", "from", "have", "here"),
    *("if", "in", "into", "is", "it", "its", "may", "must", "need", "needs", "not", "of"),
    *("on", "once", "or", "should", "so", "that", "the", "them", "then", "these", "this"),
    *("to", "was", "when", "where", "which", "will", "with", "would", "you", "your"),
}


def read(line: str) -> list[Command | Malformed]:
    """The commands of the line (joined by `&&`), or none at all."""
    if line.split(" ", 1)[0] not in _VERBS:
        return []
    tokens = words.split(line)
    if not tokens:
        return []
    found: list[Command | Malformed] = []
    for argv in _chain(tokens):
        command = _command(argv, line)
        if command is None:
            return []
        found.append(command)
    return found


def install(names: list[str], *, raw: str) -> Command | Malformed:
    """The command for names given in a `<package>` tag, which began in the line `raw`."""
    for name in names:
        if not _PACKAGE.fullmatch(name):
            return Malformed(raw, "is not a package name", name)
    return Command(("npm", "install", *names), raw)


def _chain(tokens: list[words.Token]) -> list[list[str]]:
    chain: list[list[str]] = [[]]
    for token in tokens:
        if token.is_operator and token.text != "&&":
            return [[]]
        if token.is_operator:
            chain.append([])
        else:
            chain[-1].append(token.text)
    return chain


def _command(argv: list[str], raw: str) -> Command | Malformed | None:
    if any(word.lower() in _SENTENCE or word.endswith((".", ",", ":", "!", "?")) for word in argv):
        return _outside(argv, raw)
    if tuple(argv[:2]) in _INSTALLERS:
        return _install(argv, argv[2:], raw)
    if argv[:3] == ["uv", "pip", "install"]:
        return _install(argv, argv[3:], raw)
    if argv and argv[0] in _FILE_FLAGS:
        return _files(argv, raw)
    return None


def _outside(argv: list[str], raw: str) -> Malformed | None:
    """`rm -rf ..` ends like a sentence, but is an attempt to leave the project."""
    upwards = [word for word in argv[1:] if _UPWARDS.fullmatch(word)]
    if argv[:1] in (["rm"], ["mv"]) and upwards:
        return Malformed(raw, "leaves the project", upwards[0], "BAD_PATH")
    return None


def _install(argv: list[str], arguments: list[str], raw: str) -> Command | None:
    is_known = all(_FLAG.fullmatch(word) or _PACKAGE.fullmatch(word) for word in arguments)
    return Command(tuple(argv), raw) if is_known else None


def _files(argv: list[str], raw: str) -> Command | Malformed | None:
    verb, arguments = argv[0], argv[1:]
    flags = [word for word in arguments if word.startswith("-")]
    names = [word for word in arguments if not word.startswith("-")]
    is_count_right = len(names) == 2 if verb == "mv" else bool(names)
    if not is_count_right or not set(flags) <= _FILE_FLAGS[verb]:
        return None
    # "rm things" is a sentence: without a flag the first name must look like a path.
    if not flags and not ("/" in names[0] or "." in names[0]):
        return None
    # Wildcards and variables are a shell's business.
    if any(letter in name for name in names for letter in "*?$`{}()!"):
        return None
    return _cleaned(verb, flags, names, raw)


def _cleaned(verb: str, flags: list[str], names: list[str], raw: str) -> Command | Malformed:
    cleaned: list[str] = []
    for name in names:
        try:
            cleaned.append(paths.clean_folder(name))
        except paths.BadPath as bad:
            return Malformed(raw, str(bad), name, "BAD_PATH")
    return Command((verb, *flags, *cleaned), raw)
