"""Takes one tagged part (such as a blueprint) out of a text that may still be growing."""

import re
from typing import NamedTuple


class Extract(NamedTuple):
    prose: str
    body: str | None
    is_closed: bool


def extract(text: str, tag: str) -> Extract:
    """The text without the first `<tag>…</tag>`, what was in it, and whether it has ended.

    A tag quoted by back-ticks is prose. The beginning of a tag at the end of the text is held
    back, so that a page that shows the prose never flashes half a tag.
    """
    start = re.search(rf"(?<!`)<{re.escape(tag)}(?:\s[^<>]*)?>", text)
    if start is None:
        return Extract(_without_beginning(text, f"<{tag}>"), None, is_closed=False)
    before, inside = text[: start.start()], text[start.end() :]
    body, end, after = inside.partition(f"</{tag}>")
    if not end:
        return Extract(before, _without_beginning(body, f"</{tag}>"), is_closed=False)
    return Extract(before + after, body, is_closed=True)


def _without_beginning(text: str, tag: str) -> str:
    for length in range(len(tag) - 1, 0, -1):
        if text.endswith(tag[:length]):
            return text[:-length]
    return text
