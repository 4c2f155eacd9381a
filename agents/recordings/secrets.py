"""What in a text looks like a secret: said by kind and place, or taken out of what leaves this installation.

Every rule reads a text once, however it is made up: each begins where a run of its letters does, or is bounded.
"""

import re
from collections.abc import Iterator

# Where only a part of what is found is secret, that part is the group.
_KINDS = {
    "a private key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----",
    "an API key": r"\b(?:sk|pk|rk)-(?:[a-z]+-)*[A-Za-z0-9_-]{16,}",
    "an AWS key": r"\bA(?:KIA|SIA)[A-Z0-9]{16}\b",
    "a Google key": r"\bAIza[A-Za-z0-9_-]{35}",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})",
    "a Slack token": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "a Stripe key": r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "a JSON web token": r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a Djinn token": r"\bdjinn_[A-Za-z0-9]{6,}_[A-Za-z0-9_-]{16,}",
    "an address with a password": r"\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@'\"]{1,200}:([^\s/@'\"]{1,500})@",
    "a password": r"(?i)\b(?:password|passwd|secret|api_?key|access_?token)\b[\"']?\s{0,9}[:=]\s{0,9}"
    r"[\"']([^\"'\s]{8,})[\"']",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}
# After the first line of a private key: what it is made of, as far as one can reach.
_REACH = 16_384
_KEY_ENDS = re.compile(r"-----END [A-Z ]{0,40}PRIVATE KEY-----")
_KEY_LINE = re.compile(r"(?<![A-Za-z0-9+/=\\])[A-Za-z0-9+/=]{16,}|(?<=\\[nr])[A-Za-z0-9+/=]{16,}")


def find(name: str, text: str) -> Iterator[str]:
    """Sentences such as "config.js, line 3: looks like an API key"."""
    for number, line in enumerate(text.split("\n"), start=1):
        for kind, pattern in _PATTERNS.items():
            if pattern.search(line):
                yield f"{name}, line {number}: looks like {kind}"


def without(text: str, sign: str) -> str:
    """With a sign in the place of each; no line is lost or joined, so that what counts lines goes on fitting.

    `sign` names the kind by {}, and has spaces in it: it looks like no secret itself.
    """
    text = _without_private_keys(text, sign.format("a private key"))
    for kind, pattern in _PATTERNS.items():
        said = sign.format(kind)
        text = pattern.sub(lambda found, said=said: _replaced(found, said), text)  # type: ignore[misc]  # the default binds
    return text


def _replaced(found: re.Match[str], said: str) -> str:
    if not found.re.groups:
        return said
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:start] + said + found[0][end:]


def _without_private_keys(text: str, said: str) -> str:
    pieces, at = list[str](), 0
    for begun in _PATTERNS["a private key"].finditer(text):
        if begun.start() < at:
            continue
        ended = _KEY_ENDS.search(text, begun.end(), begun.end() + _REACH)
        end = ended.start() if ended else _end_of_lines(text, begun.end())
        pieces += [text[at : begun.start()], said, _KEY_LINE.sub(said, text[begun.end() : end])]
        at = ended.end() if ended else end
    return "".join([*pieces, text[at:]])


def _end_of_lines(text: str, start: int) -> int:
    """Of a key that does not end: as long as its lines look like those of one."""
    at = start
    for line in text[start : start + _REACH].splitlines(keepends=True):
        if line.strip(" +-\r\n") and not _KEY_LINE.search(line):
            break
        at += len(line)
    return at
