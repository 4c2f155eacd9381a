"""An app with something to check: its first phase has a fault that the check finds and the model puts right."""

from tests.agents.engine.replies import PURPOSE, blueprint, edit, says
from tests.fakes.model_server import Script, Seen
from tests.installations.visited import Visited
from tests.sandboxes.apps import FLASK

WISH = "A shelf for my books, on a server"

_FAULT, _RIGHT = "def books(:", "def books():"
APP = {**FLASK, "store.py": f"{_RIGHT}\n    return []\n"}
_PHASES = (("requirements.txt", "store.py"), ("app.py", "templates/index.html"))


def ask(one: Visited) -> str:
    return one.send_wish(WISH)


def answer(seen: Seen) -> Script:
    """Whoever is asked again after a death is told the same, or what is left of it."""
    shown, last = str(seen.body["messages"][0]["content"]), str(seen.body["messages"][-1]["content"])
    if last.startswith("Write these files now: "):
        return says("".join(_block(path) for path in last.partition(": ")[2].split(", ")))
    if "The check found" in last:
        return says(edit("store.py", _FAULT, _RIGHT) if _FAULT in shown else "It is right already.\n")
    return says(blueprint(*_PHASES, stack="python"))


def _block(path: str) -> str:
    return f"# File Purpose: {PURPOSE}\ncat > {path} << 'EOF_x1'\n{APP[path].replace(_RIGHT, _FAULT)}EOF_x1\n"
