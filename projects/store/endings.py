"""A text on its way through a form, which knows one kind of line ending and no byte order mark. Pure."""

import re
from collections import Counter

from projects.store import diffs

_ENDING = re.compile(r"\r\n|\n|\r")
_MARK = "\ufeff"


def shown(text: str) -> str:
    """As a form can hold it."""
    return _ENDING.sub("\n", text.removeprefix(_MARK))


def restored(original: str, edited: str) -> str:
    """What came back, with the mark and the endings of the text it was: a line that stayed keeps its own."""
    edited = _ENDING.sub("\n", edited)
    text = original.removeprefix(_MARK)
    mark = _MARK if text != original else ""
    kinds = Counter(_ENDING.findall(text))
    if not kinds:
        return mark + edited
    usual = kinds.most_common(1)[0][0]
    if len(kinds) == 1:
        return mark + (edited if usual == "\n" else edited.replace("\n", usual))
    return mark + _joined(text, edited, usual)


def _joined(text: str, edited: str, usual: str) -> str:
    before = _lines(text)
    after = diffs.lines_of(edited)
    lines: list[str] = []
    for code in diffs.opcodes([_ENDING.sub("\n", line) for line in before], after):
        if code.tag == "equal":
            lines += before[code.a0 : code.a1]
        else:
            lines += [line.replace("\n", usual) for line in after[code.b0 : code.b1]]
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """With their ends, whatever these are."""
    ends = [match.end() for match in _ENDING.finditer(text)]
    lines = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return [*lines, text[ends[-1] :]] if ends[-1] < len(text) else lines
