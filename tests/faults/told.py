"""What a person asks in these tests, and a model that answers by what it is asked: however often, whoever died before.

An app is built in two phases; then one file of it is changed and the page taken away, which has to be mended.
"""

from tests.agents.engine.replies import PURPOSE, blueprint, edit, says
from tests.fakes.model_server import Script, Seen
from tests.installations.visited import Visited

WISH = "A shelf for my books"
CHANGE = "Make the heading green and take the page away"

_LINES = "".join(
    f"export const book{number} = {{ title: 'Book {number}', pages: {number}00 }};\n" for number in range(40)
)
PAGE = {
    "index.html": "<!doctype html>\n<title>Shelf</title>\n<h1>Shelf</h1>\n",
    "style.css": "h1 {\n  color: navy;\n}\n",
    "books.js": _LINES,
    "app.js": "document.title = 'Shelf';\nconst done = `<<EOF`;\n",
}
_PHASES = (("index.html", "style.css"), ("books.js", "app.js"))


def ask(one: Visited) -> str:
    """Both at once: the second waits in the lane for the first. Gives back the address of the project."""
    project = one.send_wish(WISH)
    one.say(project, CHANGE)
    return project


class Model:
    """With so many seconds between two lines."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause

    def __call__(self, seen: Seen) -> Script:
        return says(_reply(seen), pause=self.pause)


def _reply(seen: Seen) -> str:
    *before, last = [_text(message["content"]) for message in seen.body["messages"]]
    if "was cut off inside" in last:
        return _rest(before[-1])
    if last.startswith("Only a part of this reply was taken."):
        return _change(before[0]) if any(CHANGE in text for text in before) else "That is all."
    if last.startswith("Write these files now: "):
        return "Here they are.\n\n" + "\n".join(_whole(path) for path in last.partition(": ")[2].split(", "))
    if "has no index.html" in last:
        return "The page was missing.\n\n" + _whole("index.html")
    if CHANGE in last:
        return _change(before[0])
    return blueprint(*_PHASES)


def _text(content: object) -> str:
    """A provider may be told a message in parts."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content)
    return str(content)


def _whole(path: str) -> str:
    return _block(path, PAGE[path])


def _block(path: str, text: str) -> str:
    return f"# File Purpose: {PURPOSE}\ncat > {path} << 'EOF_x1'\n{text}EOF_x1\n"


def _rest(said: str) -> str:
    """Of the file that it had begun: "cat > path << marker", and what there was of it."""
    head, _, begun = said.partition("\n")
    path = head.split()[2]
    assert PAGE[path].startswith(begun), begun
    return _block(path, PAGE[path].removeprefix(begun))


def _change(shown: str) -> str:
    """What it is shown already done it does not do again."""
    changed = edit("style.css", "  color: navy;", "  color: green;") if "color: navy" in shown else ""
    return f"{changed}\nrm index.html\n"
