"""What in a text looks like a secret: said by kind and place, never repeated and never taken out."""

import re
from collections.abc import Iterator

_KINDS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an API key": r"\b(?:sk|pk|rk)-(?:[a-z]+-)*[A-Za-z0-9_-]{16,}",
    "an AWS key": r"\bA(?:KIA|SIA)[A-Z0-9]{16}\b",
    "a Google key": r"\bAIza[A-Za-z0-9_-]{35}",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})",
    "a Slack token": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "a Stripe key": r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a Djinn token": r"\bdjinn_[A-Za-z0-9]{6,}_[A-Za-z0-9_-]{16,}",
    "an address with a password": r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]+:[^\s/@'\"]+@",
    "a password": r"(?i)\b(?:password|passwd|secret|api_?key|access_?token)\b[\"']?\s*[:=]\s*[\"'][^\"'\s]{8,}[\"']",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}


def find(name: str, text: str) -> Iterator[str]:
    """Sentences such as "config.js, line 3: looks like an API key"."""
    for number, line in enumerate(text.split("\n"), start=1):
        for kind, pattern in _PATTERNS.items():
            if pattern.search(line):
                yield f"{name}, line {number}: looks like {kind}"
