"""Splits one line into shell words and operators; expands and escapes nothing."""

import re
from dataclasses import dataclass

LONGEST_LINE = 4096

_TOKEN = re.compile(
    r"""[ \t]*+(?:
        (?P<operator>&&|\|\||<<-?|>>|[<>|;&])
      | (?P<word>(?:'[^']*+'|"[^"]*+"|[^\s'"<>|;&])++)
    )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    is_operator: bool = False


def split(line: str) -> list[Token] | None:
    """The tokens of the line up to a trailing comment; None when it is not such a line."""
    line = line.rstrip()
    if len(line) > LONGEST_LINE:
        return None
    tokens: list[Token] = []
    position = 0
    while position < len(line):
        match = _TOKEN.match(line, position)
        if match is None:
            return None
        position = match.end()
        if match["operator"]:
            tokens.append(Token(match["operator"], is_operator=True))
        elif match["word"].startswith("#"):
            break
        else:
            tokens.append(Token(_unquote(match["word"])))
    return tokens


def _unquote(word: str) -> str:
    return _QUOTED.sub(lambda match: match[1] if match[1] is not None else match[2], word)
