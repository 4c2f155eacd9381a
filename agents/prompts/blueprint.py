"""The plan a model gives: read from its JSON, checked, and typed. Pure.

What a person can live with is put right in silence (a text too long, a colour that is none);
what nobody could build from is refused with sentences the model can act on.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Final

from agents.prompts.fields import Reader
from projects.errors import BadPath
from projects.store import trees
from sandboxes import stacks

MAX_PHASES: Final = 8
MAX_FILES: Final = 60
MAX_LIST: Final = 30
TAGGED: Final = re.compile(r"<blueprint>(.*?)(?:</blueprint>|\Z)", re.DOTALL)
FENCED: Final = re.compile(r"\A```\w*\n(.*?)\n?```\Z", re.DOTALL)
COLOUR: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
REQUIRED: Final = {
    "static": ("index.html",),
    "react-vite": ("package.json", "index.html"),
    "vue-vite": ("package.json", "index.html", "src/App.vue"),
    "node-api": ("package.json", "server.js"),
    "python": ("app.py", "requirements.txt"),
}
# Folders that tools fill, and files that cannot be written as text.
NOT_OURS: Final = ("node_modules/", ".venv/", "dist/", "__pycache__/")
BINARY: Final = re.compile(
    r"\.(png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf|mp[34]|wav|ogg|pdf|zip|db|sqlite3?)\Z", re.IGNORECASE
)


class Malformed(Exception):
    """`errors` are sentences for the model."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Page:
    path: str
    title: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Look:
    mood: str
    palette: tuple[str, ...]
    type: str


@dataclass(frozen=True, slots=True)
class File:
    path: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Phase:
    title: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Blueprint:
    name: str
    description: str
    stack: str
    pages: tuple[Page, ...]
    features: tuple[str, ...]
    data: tuple[str, ...]
    look: Look
    phases: tuple[Phase, ...]

    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for phase in self.phases for file in phase.files)

    def as_dict(self) -> dict[str, Any]:
        """The form it is stored in: JSON's own types, which `from_dict` takes back."""
        stored: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return stored


def parse(text: str) -> Blueprint:
    """From a whole reply with its tags, or from the JSON alone."""
    tagged = TAGGED.search(text)
    body = (tagged[1] if tagged else text).strip()
    if fenced := FENCED.match(body):
        body = fenced[1]
    if not body:
        raise Malformed(["There is no blueprint: write it as JSON between <blueprint> and </blueprint>."])
    try:
        return from_dict(json.loads(body))
    except json.JSONDecodeError as error:
        raise Malformed([f"It is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}."]) from None
    except RecursionError:
        raise Malformed(["It is nested far too deep."]) from None


def from_dict(value: Any) -> Blueprint:
    if not isinstance(value, dict):
        raise Malformed(["The blueprint must be one JSON object."])
    reader = Reader(value)
    blueprint = Blueprint(
        name=reader.text("name", 80),
        description=reader.text("description", 600),
        stack=reader.text("stack", 40),
        pages=tuple(_page(one) for one in reader.objects("pages")[:MAX_LIST]),
        features=reader.texts("features", 200)[:MAX_LIST],
        data=reader.texts("data", 300)[:MAX_LIST],
        look=_look(reader.object("look")),
        phases=tuple(_phase(one) for one in reader.objects("phases", needed=True)),
    )
    if errors := [*reader.errors, *_faults(blueprint)]:
        raise Malformed(errors)
    return blueprint


def _page(reader: Reader) -> Page:
    return Page(
        reader.text("path", 200),
        reader.text("title", 120, needed=False),
        reader.text("purpose", 300, needed=False),
    )


def _look(reader: Reader) -> Look:
    palette = tuple(colour for colour in reader.texts("palette", 20) if COLOUR.fullmatch(colour))
    return Look(reader.text("mood", 300, needed=False), palette[:8], reader.text("type", 200, needed=False))


def _phase(reader: Reader) -> Phase:
    return Phase(
        reader.text("title", 120),
        tuple(
            File(one.path("path", 1000), one.text("purpose", 400, needed=False))
            for one in reader.objects("files", needed=True)
        ),
    )


def _faults(blueprint: Blueprint) -> list[str]:
    """What the parts mean together."""
    paths = tuple(path for path in blueprint.paths() if path)
    faults = [fault for path in dict.fromkeys(paths) if (fault := _fault(path))]
    faults += [f"{path} is named twice." for path in dict.fromkeys(paths) if paths.count(path) > 1]
    if blueprint.stack and blueprint.stack not in stacks.BY_NAME:
        faults.append(f"There is no stack “{blueprint.stack}”: choose one of {', '.join(stacks.BY_NAME)}.")
    for required in REQUIRED.get(blueprint.stack, ()):
        if required not in paths:
            faults.append(f"A {blueprint.stack} app needs the file {required}.")
    if len(blueprint.phases) > MAX_PHASES:
        faults.append(f"There are {len(blueprint.phases)} phases; at most {MAX_PHASES} are allowed.")
    if len(paths) > MAX_FILES:
        faults.append(f"There are {len(paths)} files; at most {MAX_FILES} are allowed.")
    return faults or _clashes(paths)


def _fault(path: str) -> str:
    try:
        trees.check_path(path)
    except BadPath as bad:
        return str(bad)
    if any(f"/{path}".find(f"/{folder}") >= 0 for folder in NOT_OURS):
        return f"{path} lies in a folder that tools fill."
    if BINARY.search(path):
        return f"{path} is not a text file: draw it as SVG or CSS instead."
    return ""


def _clashes(paths: tuple[str, ...]) -> list[str]:
    try:
        trees.check_tree(paths)
    except BadPath as bad:
        return [str(bad)]
    return []
