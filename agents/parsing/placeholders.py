"""Finds the line of a whole file that stands for code its writer left out of the old one.

Only where something of the old text is really gone, and only a line that the old text does not have. What says `...`
is believed at once; a plain comment, such as `// the order stays the same`, only where the file has become shorter.
"""

import re
from collections import Counter

from agents.parsing import folding

# Sentences for people: there, only a comment that nobody reads stands for something else.
_PROSE = re.compile(
    r"(?:\.(?:md|markdown|mdx|txt|rst|adoc|csv|tsv|log)|(?:^|/)(?:README|LICENSE|CHANGELOG|NOTICE)[^./]*)\Z"
)
# Here dots alone on a line are text, or mean something.
_HAS_DOTS = re.compile(r"\.(?:html?|vue|svelte|astro|jsx|tsx|xml|svg|ya?ml|pyi?|j2|jinja2?|ejs|hbs|njk|tex|sh|ipynb)\Z")
_DOTS = re.compile(r"\.\.\.|…")
_COMMENT = re.compile(r"\s*(?:#|//|/\*|\*|--|;|<!--|\{/\*)")
_LETTER = re.compile(r"\w")


def find(path: str, before: str, after: str) -> str:
    """The first such line of the new text; nothing where it is whole."""
    old, new = before.splitlines(), after.splitlines()
    known = Counter(map(folding.folded, filter(_says_something, old)))
    kept = Counter(map(folding.folded, filter(_says_something, new)))
    if known <= kept:
        return ""
    is_shorter = kept.total() < known.total()
    spelled = {folding.folded(line) for line in old}
    for number, line in enumerate(new):
        if _stands_for_more(path, new, number, is_shorter=is_shorter) and folding.folded(line) not in spelled:
            return line.strip()
    return ""


def _says_something(line: str) -> bool:
    return bool(_LETTER.search(line))


def _stands_for_more(path: str, lines: list[str], number: int, *, is_shorter: bool) -> bool:
    line = lines[number]
    is_elision = folding.is_elision(line)
    if not is_elision and not folding.is_lazy(line):
        return False
    if _PROSE.search(path):
        return _says_something(line) and bool(_DOTS.search(line)) and line.lstrip().startswith("<!--")
    if _says_something(line):
        return is_shorter or bool(_DOTS.search(line))
    if _COMMENT.match(line):
        return not (_is_comment(lines, number - 1) and _is_comment(lines, number + 1))
    return not _HAS_DOTS.search(path)


def _is_comment(lines: list[str], number: int) -> bool:
    return 0 <= number < len(lines) and bool(_COMMENT.match(lines[number]))
