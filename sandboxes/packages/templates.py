"""Which packages an app of a stack begins with: they are in every box, and nothing of them is fetched."""

import functools
from pathlib import Path

from sandboxes.packages import npm, pip, words

_FOLDER = Path(__file__).parents[1] / "backends" / "templates"


@functools.cache
def brought(template: str) -> dict[str, str]:
    """Their versions, by name as `plain` says it."""
    if not template:
        return {}
    folder = _FOLDER / template
    if (listed := folder / npm.PATH).is_file():
        return {one.name: one.version for one in npm.declared(listed.read_bytes())}
    listed = folder / pip.PATH
    return {words.plain(one.name): one.version.removeprefix("==") for one in pip.declared(listed.read_bytes())}
