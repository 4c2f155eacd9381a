"""Ways in which two lines can count as the same line."""

import re
import unicodedata

_QUOTES = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u200b": None,
        "\ufeff": None,
    }
)
_NUMBERED = re.compile(r"\s*\d+\s*(?:\||:|\t|\u2192) ?(?P<text>.*)", re.DOTALL)
_LEADER = r"(?:\#|//|/\*|<!--|\{/\*|--|;)"
_CLOSER = r"(?:\*/\}?|-->)?"
_DOTS = r"(?:\.\.\.|…)"
# `...rest` without a blank is a spread operator.
_ELISION = re.compile(
    rf"""{_LEADER}?\s*{_DOTS}
        (?:\s+\(?(?:the\s+)?(?:rest|existing|remaining|other|unchanged|same|code|keep)\b.*?)?
        {_DOTS}?\s*{_CLOSER}""",
    re.VERBOSE | re.IGNORECASE,
)
_LAZY = re.compile(
    rf"""{_LEADER}\s*\(?{_DOTS}?\s*(?:
        (?:the\ )?rest\ of\ (?:the|your|this)(?:\ \w+){{1,5}}
      | (?:existing|remaining|previous|unchanged|original)\ code(?:\ \w+){{0,3}}
      | (?:existing|remaining|previous|other|original|your|add\ your)(?:\ \w+){{0,3}}\ here
      | (?:\w+\ ){{0,4}}(?:remains?|stays?|is|are)\ (?:the\ same|unchanged)(?:\ as\ before)?
      | same\ as\ (?:before|above)
    )\)?\.?\s*{_DOTS}?\s*{_CLOSER}""",
    re.VERBOSE | re.IGNORECASE,
)


def trailing(line: str) -> str:
    return line.rstrip()


def folded(line: str) -> str:
    """White space, look-alike quotes and dashes, and composition forgotten."""
    return " ".join(unicodedata.normalize("NFC", line).translate(_QUOTES).split())


def indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def without_numbers(lines: tuple[str, ...]) -> tuple[str, ...] | None:
    """The lines without the line numbers that were pasted in front of each; None if they were not."""
    matches = [_NUMBERED.fullmatch(line) for line in lines if line.strip()]
    if not matches or not all(matches):
        return None
    return tuple(match["text"] if (match := _NUMBERED.fullmatch(line)) else line for line in lines)


def is_elision(line: str) -> bool:
    """`...`, `// ...`, `/* ... existing code ... */`: stands for lines left out."""
    return len(line) < 300 and bool(_ELISION.fullmatch(line.strip()))


def is_lazy(line: str) -> bool:
    """A comment that stands for code the writer did not write."""
    return len(line) < 300 and bool(_LAZY.fullmatch(line.strip()))
