"""The start of a block: what it will make, of which path, and the line that ends it."""

from dataclasses import dataclass
from typing import Literal

Form = Literal["file", "patch", "edit", "packages", "refused"]


@dataclass(frozen=True, slots=True)
class Opening:
    """`path` and `line` are as written; `rest` is what follows a tag on its own line."""

    form: Form
    path: str
    marker: str
    line: str = ""
    rest: str = ""
    purpose: str = ""
    is_framed: bool = False
    reason: str = ""
