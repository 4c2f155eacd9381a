"""Recognises the line that opens a shell-like block.

A line counts only when it is wholly such a command. What looks like a here-document we do not
serve is refused with its body, so that lines of a body are never taken for commands.
"""

import itertools
import re
from dataclasses import replace

from agents.parsing import words
from agents.parsing.openings import Opening

LONGEST_MARKER = 64

_SHELL_WORDS = {"bash", "cat", "node", "patch", "python", "python3", "sh", "sudo", "tee"}
_MARKER = re.compile(r"[^\s'\"\\<>|;&`$()]+")
_UNBALANCED = re.compile(r"(?:cat|patch|tee)\b[^\n]*<<-?\s*+['\"\\]?(?P<marker>[\w.+-]++)['\"]?\s*+")


def read(line: str) -> Opening | None:
    if "<<" not in line or len(line) > words.LONGEST_LINE:
        return None
    tokens = words.split(line)
    if tokens is None:
        return _unbalanced(line)
    tokens = _without_mkdir(tokens)
    spoken = [token.text if token.is_operator else "w" for token in tokens]
    marker = _marker(tokens)
    if not marker or tokens[0].text not in _SHELL_WORDS:
        return None
    opening = _served(spoken, tokens, marker) or _refused(spoken, tokens, marker)
    return opening and replace(opening, line=line)


def _without_mkdir(tokens: list[words.Token]) -> list[words.Token]:
    """`mkdir -p src && cat > …`: folders come with their files."""
    texts = [token.text for token in tokens]
    if texts[:1] == ["mkdir"] and "&&" in texts:
        return tokens[texts.index("&&") + 1 :]
    return tokens


def _marker(tokens: list[words.Token]) -> str:
    for sign, word in itertools.pairwise(tokens):
        if sign.is_operator and sign.text.startswith("<<") and not word.is_operator:
            text = word.text.removeprefix("\\")
            is_usable = _MARKER.fullmatch(text) and len(text) <= LONGEST_MARKER
            return text if is_usable else ""
    return ""


def _served(spoken: list[str], tokens: list[words.Token], marker: str) -> Opening | None:
    texts = [token.text for token in tokens]
    shape = ["<<" if sign == "<<-" else sign for sign in spoken]
    if texts[0] == "cat" and shape == ["w", ">", "w", "<<", "w"]:
        return Opening("file", texts[2], marker)
    if texts[0] == "cat" and shape == ["w", "<<", "w", ">", "w"]:
        return Opening("file", texts[4], marker)
    if texts[0] == "tee" and shape == ["w", "w", "<<", "w"]:
        return Opening("file", texts[1], marker)
    if texts[0] == "cat" and shape[:4] == ["w", "<<", "w", "|"] and texts[4:5] == ["patch"]:
        return _patch(texts[5:], shape[5:], marker)
    if texts[0] == "patch" and shape[-2:] == ["<<", "w"]:
        return _patch(texts[1:-2], shape[1:-2], marker)
    return None


def _patch(texts: list[str], shape: list[str], marker: str) -> Opening | None:
    names = [text for text in texts if not text.startswith("-")]
    if len(names) != 1 or set(shape) != {"w"}:
        return None
    return Opening("patch", names[0], marker)


def _refused(spoken: list[str], tokens: list[words.Token], marker: str) -> Opening | None:
    """A here-document of another shape; not a sentence that goes on after the marker."""
    after = next(index for index, sign in enumerate(spoken) if sign.startswith("<<")) + 2
    if spoken[after : after + 1] == ["w"]:
        return None
    names = [
        word.text for sign, word in itertools.pairwise(tokens) if sign.text in (">", ">>") and not word.is_operator
    ]
    path = names[0] if names else ""
    return Opening("refused", path, marker, reason="is not written by `cat > path << MARK`")


def _unbalanced(line: str) -> Opening | None:
    match = _UNBALANCED.fullmatch(line.strip())
    if match is None or len(match["marker"]) > LONGEST_MARKER:
        return None
    return Opening("refused", "", match["marker"], line, reason="has quotes that do not match")
