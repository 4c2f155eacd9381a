"""Fits one search-and-replace block into a text, or says precisely why it does not fit."""

import re
from dataclasses import dataclass
from typing import Literal

from agents.parsing import folding, likeness, nearest, places, texts
from agents.parsing.events import Block
from agents.parsing.places import Lines, Miss, Place, Strategy
from agents.parsing.texts import Text

Code = Literal["NO_MATCH", "AMBIGUOUS", "MALFORMED_BLOCK", "LAZY_PLACEHOLDER", "MERGE_CONFLICT"]

_CONFLICT = re.compile(r"(?:<{7} |>{7} |<{7}$|>{7}$)")
_SUBSTANCE = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Failure:
    """Block `index` was not applied; `near` is what the model needs to see to do better."""

    code: Code
    index: int
    near: str


def fit(text: Text, block: Block, index: int, *, hint: int | None = None) -> tuple[Text, Strategy] | Failure:
    """Apply one block. The line hint only decides between places that fit equally well."""
    search, replace = texts.lines(block.search), texts.lines(block.replace)
    if not any(line.strip() for line in search):
        return _whole(text, block, index)
    if problem := _problem(text.lines, search, replace):
        return Failure("MALFORMED_BLOCK", index, problem)
    if lazy := _lazy(text.lines, search, replace):
        return Failure("LAZY_PLACEHOLDER", index, lazy)
    found = places.find(text.lines, search, replace, hint=hint)
    if _is_there(text.lines, search, replace, found):
        return text, "already"
    found = found or likeness.find(text.lines, search, replace)
    if isinstance(found, Place):
        return text.spliced(found.start, found.stop, found.lines), found.strategy
    return _failure(text.lines, search, index, found)


def _whole(text: Text, block: Block, index: int) -> tuple[Text, Strategy] | Failure:
    """Nothing to search for is right only where there is nothing."""
    if any(line.strip() for line in text.lines):
        return Failure("MALFORMED_BLOCK", index, "The search text is empty, but the file is not.")
    return texts.read(text.bom + block.replace.removeprefix(texts.BOM)), "whole"


def _problem(file: Lines, search: Lines, replace: Lines) -> str:
    if search == replace:
        return "The search text and the replacement are the same."
    known = {*file, *search}
    stray = next((line for line in replace if _CONFLICT.match(line) and line not in known), None)
    return f"The replacement holds a marker: {stray}" if stray is not None else ""


def _lazy(file: Lines, search: Lines, replace: Lines) -> str:
    """The line of the replacement that stands for code left out, if there is one."""
    known = {folding.folded(line) for line in file}
    new = [line for line in replace if folding.folded(line) not in known]
    elisions = [line for line in new if folding.is_elision(line) and not _is_ellipsis(line, replace)]
    if elisions and len(elisions) == sum(map(folding.is_elision, search)):
        elisions = []
    lazy = [line for line in new if folding.is_lazy(line) and not folding.is_elision(line)]
    return next(iter(elisions + lazy), "").strip()


def _is_ellipsis(line: str, replace: Lines) -> bool:
    """Python's own `...` as the body of a function or class."""
    before = replace[: replace.index(line)]
    opener = next((one.rstrip() for one in reversed(before) if one.strip()), "")
    return line.strip() == "..." and opener.endswith((":", '"""'))


def _is_there(file: Lines, search: Lines, replace: Lines, found: Place | Miss | None) -> bool:
    """The replacement stands there already: a block sent twice is not applied twice."""
    if isinstance(found, Miss):
        return False
    fresh = {folding.folded(line) for line in replace} - {folding.folded(line) for line in search}
    if not any(len(_SUBSTANCE.findall(line)) >= 4 for line in fresh):
        return False
    keys = [folding.folded(line) for line in file]
    at = places.occurrences(keys, [folding.folded(line) for line in replace])
    if found is None:
        return len(at) == 1
    return any(start <= found.start and found.stop <= start + len(replace) for start in at)


def _failure(file: Lines, search: Lines, index: int, miss: Miss | None) -> Failure:
    if miss is None:
        return Failure("NO_MATCH", index, nearest.show(file, search))
    if miss.code == "MERGE_CONFLICT":
        return Failure("MERGE_CONFLICT", index, nearest.around(file, *miss.at))
    numbers = ", ".join(str(start + 1) for start in sorted(set(miss.at)))
    return Failure("AMBIGUOUS", index, f"The search text fits at lines {numbers}.")
