"""Streams made by rule, each with the events that it means: what a model might write, and what it might write in it."""

from collections.abc import Callable
from random import Random

from agents.parsing.events import (
    Block,
    Command,
    EditClosed,
    Event,
    FileChunk,
    FileClosed,
    FileOpened,
    PatchClosed,
    Prose,
)

Made = tuple[str, list[Event]]

PATHS = ["a", "src/App.tsx", "deep/er/file.py", "my file.txt", "é/ü.ts", "Makefile", "a-b_c.d.e"]
SAID = [
    "I will write it now.",
    "",
    "Then run npm install zod and look.",
    "Use `cat > a << EOF` to write a file.",
    "npm install the packages first",
    "rm is dangerous",
    "# Plan",
    "- one <file> tag for each",
    "The end is </file>, as always.",
    "EOF",
    "1 << 2",
    "=======",
    "@@ -1 +1 @@",
    "\ufeff\u2028\x0b",
]
COMMANDS = [
    "npm install zod",
    "yarn add react@19 react-dom",
    "pip install flask==3.1.0",
    "rm src/old.ts",
    "mkdir -p src",
]
LINES = [
    "",
    " ",
    "x",
    "\tconst a = `${b}`",
    "EOF",
    "EOF ",
    " EOF",
    "END_1",
    "END_12",
    "END_123x",
    "cat > a << 'EOF'",
    "cat << 'EOF' | patch a",
    "npm install evil",
    "rm -rf src",
    "```",
    "~~~ts",
    "</file>",
    "  </file>",
    '<file path="b">',
    "</edit>",
    "</packages>",
    "<<<<<<< SEARCH",
    "=======",
    ">>>>>>> REPLACE",
    "@@ -1 +1 @@",
    "# File Purpose: none",
    "&lt;p&gt; \\n \\$ %s",
    "\x00\x07",
    "\ufeff\u2028\u0085\x0b\x0c",
    "日本語 🙂 e\u0301 \u202e",
    "\ud800",
    "x" * 70,
]
ENDINGS = ["\n", "\n", "\n", "\n", "\r\n", "\r", "\r\r\n"]


def stream(chance: Random, *, most: int = 6) -> Made:
    """Some pieces in a row; the last of them may lack its line feed."""
    pieces = [chance.choice(PIECES)(chance) for _ in range(chance.randint(1, most))]
    text = "".join(piece for piece, _ in pieces)
    events = [event for _, found in pieces for event in found]
    if text.endswith("\n") and chance.random() < 0.3:
        text = text[:-1]
        if isinstance(events[-1], Prose):
            events[-1] = Prose(events[-1].text[:-1])
    return text, [event for event in events if event != Prose("")]


def body(chance: Random) -> str:
    """Any text at all."""
    return "".join(chance.choice(LINES) + chance.choice(ENDINGS) for _ in range(chance.randint(0, 9)))


def said(chance: Random) -> Made:
    line = chance.choice(SAID) + chance.choice(["\n", "\r\n"])
    return line, [Prose(line)]


def commanded(chance: Random) -> Made:
    raw = chance.choice(COMMANDS)
    return raw + chance.choice(["\n", "\r\n"]), [Command(tuple(raw.split()), raw)]


def fenced(chance: Random) -> Made:
    """An example: no command in it is one."""
    inside = [f"{chance.choice(SAID + COMMANDS)}\n" for _ in range(chance.randint(1, 4))]
    lines = ["```bash\n", *inside, "```\n"]
    return "".join(lines), [Prose(line) for line in lines]


def wrapped(chance: Random) -> Made:
    """A fence around blocks and nothing else."""
    pieces = [chance.choice(BLOCKS)(chance) for _ in range(chance.randint(1, 3))]
    text = "".join(piece for piece, _ in pieces)
    return f"~~~~\n{text}~~~~\n", [event for _, events in pieces for event in events]


def file(chance: Random) -> Made:
    path, text = chance.choice(PATHS), body(chance)
    text = text if text.endswith("\n") or not text else text + "\n"
    purpose = chance.choice(["", "", "the whole app"])
    marker, ending = _marker(chance, text), chance.choice(["\n", "\r\n"])
    head = chance.choice(["cat > '{}' << '{}'", 'cat > "{}" <<{}', "cat << \"{1}\" > '{0}'"]).format(path, marker)
    comment = f"# File Purpose: {purpose}{ending}" if purpose else ""
    return f"{comment}{head}{ending}{text}{marker}{ending}", _written(path, text, purpose)


def tagged(chance: Random) -> Made:
    path, text = chance.choice(PATHS), body(chance)
    text = "".join(line for line in text.splitlines(keepends=True) if line.strip("\r\n") != "</file>")
    text = "" if "</file>" in _bare(text) else text
    ending = chance.choice(["\n", "\r\n"])
    return f'<file path="{path}">{ending}{text}{ending}</file>{ending}', _written(path, text)


def inline(chance: Random) -> Made:
    path = chance.choice(PATHS)
    text = chance.choice(["x", " x ", "x\n\n y", "const s = '<file>'\nlast", "one\r\ntwo"])
    return f"<file path='{path}'>{text}</file>\n", _written(path, text)


def patched(chance: Random) -> Made:
    path = chance.choice(PATHS)
    text = "@@ -1,2 +1,2 @@\n" + "".join(f"{chance.choice(' +-')}{chance.choice(LINES[:15])}\n" for _ in range(4))
    marker = _marker(chance, text)
    return f"cat << '{marker}' | patch '{path}'\n{text}{marker}\n", [PatchClosed(path, text)]


def edited(chance: Random) -> Made:
    path = chance.choice(PATHS)
    blocks = [Block(_plain(chance), _plain(chance)) for _ in range(chance.randint(1, 3))]
    text = "\n".join(f"<<<<<<< SEARCH\n{one.search}=======\n{one.replace}>>>>>>> REPLACE\n" for one in blocks)
    return f'<edit path="{path}">\n{text}</edit>\n', [EditClosed(path, tuple(blocks))]


def packaged(chance: Random) -> Made:
    names = chance.choice([["zod"], ["@a/b@2", "c"]])
    return f"<packages>\n{', '.join(names)}\n</packages>\n", [Command(("npm", "install", *names), "<packages>")]


def _written(path: str, text: str, purpose: str = "") -> list[Event]:
    chunks = [FileChunk(path, text)] if text else []
    return [FileOpened(path, purpose), *chunks, FileClosed(path, text, purpose)]


def _plain(chance: Random) -> str:
    return "".join(f"{chance.choice(LINES[:15])}\n" for _ in range(chance.randint(0, 4)))


def _bare(text: str) -> set[str]:
    return {line.removesuffix("\r") for line in text.split("\n")}


def _marker(chance: Random, text: str) -> str:
    """A word that is no line of the text, though perhaps the beginning of one."""
    free = [marker for marker in ("EOF", "END_1", "END_12", "END_123", "E", "x") if marker not in _bare(text)]
    return chance.choice(free) if free else "ANOTHER_7f3a"


BLOCKS: list[Callable[[Random], Made]] = [file, tagged, inline, patched, edited]
PIECES: list[Callable[[Random], Made]] = [*BLOCKS, file, file, said, said, commanded, fenced, wrapped, packaged]
