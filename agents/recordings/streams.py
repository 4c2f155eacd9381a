"""Takes a recorded stream apart into its files, so that a resumed request gets the rest of them."""

import re
from collections.abc import Collection

_BLOCK = re.compile(
    r"""(?:^\#[ ]Creating[ ]new[ ]file:.*\n)?
        (?:^\#[ ]File[ ]Purpose:.*\n)?
        (?:
            ^cat[ ]>[ ](?:'(?P<quoted>[^'\n]+)'|(?P<path>[^\s']+))[ ]<<[ ]'(?P<marker>\w+)'\n
            (?:.*\n)*?
            ^(?P=marker)\n
        |
            ^<file[ ]path="(?P<named>[^"\n]+)">\n
            (?:.*\n)*?
            ^</file>\n
        )""",
    re.MULTILINE | re.VERBOSE,
)


def only(text: str, paths: Collection[str]) -> str:
    """The stream with just these files; the whole of it when they are all its files."""
    blocks = {match["path"] or match["quoted"] or match["named"]: match[0] for match in _BLOCK.finditer(text)}
    if not paths or set(paths) == set(blocks):
        return text
    return "\n".join(block for path, block in blocks.items() if path in paths)
