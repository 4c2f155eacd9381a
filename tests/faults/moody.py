"""A model that builds small apps, changes them when asked, and fails now and then in one of the ways providers do."""

import random
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from tests.agents.engine.replies import blueprint, says
from tests.fakes.model_server import Script, Seen

SHARE = 0.05
PLAIN, SERVED = "A page that counts", "A page that counts, served by Flask"
_NUMBER = re.compile(r"Change number (\d+)")

Spoil = Callable[[Script], Script]
# Before the first word, in the middle of a reply, and at an end that is none.
FAULTS: dict[str, Spoil] = {
    "overloaded": lambda good: replace(good, status=503),
    "broken": lambda good: replace(good, status=500),
    "too many": lambda good: replace(good, status=429, headers={"Retry-After": "1"}),
    "cut off": lambda good: replace(good, cut_after=2),
    "ended early": lambda good: replace(good, end_after=3),
    "an error in the stream": lambda good: replace(good, error_after=1),
    "too long": lambda good: replace(good, pieces=good.pieces[:-1], finish="length"),
}


def change(number: int) -> str:
    return f"Change number {number}"


class Moody:
    def __init__(self, seed: int) -> None:
        self._drawn = random.Random(seed)
        self._drawing = threading.Lock()
        self.asked = 0
        self.spoilt: Counter[str] = Counter()

    def __call__(self, seen: Seen) -> Script:
        good = says(_reply(seen))
        with self._drawing:
            self.asked += 1
            if self._drawn.random() >= SHARE:
                return good
            name = self._drawn.choice(sorted(FAULTS))
            self.spoilt[name] += 1
        return FAULTS[name](good)


def _reply(seen: Seen) -> str:
    said = [str(message["content"]) for message in seen.body["messages"]]
    if said[-1].startswith("Write these files now: "):
        return "\n".join(_block(path, 0) for path in said[-1].partition(": ")[2].split(", "))
    if "<blueprint>" in said[0] and not _NUMBER.search("".join(said)):
        return _plan(is_served=SERVED in "".join(said[1:]))
    numbers = _NUMBER.findall("\n".join(said[1:]))
    path = "app.py" if '<file path="app.py">' in said[0] else "index.html"
    return "Done.\n\n" + _block(path, int(numbers[-1]) if numbers else 0)


def _plan(*, is_served: bool) -> str:
    if is_served:
        return blueprint(("requirements.txt", "app.py"), stack="python")
    return blueprint(("index.html",))


def _block(path: str, number: int) -> str:
    return f"cat > {path} << 'EOF_m1'\n{_TEXTS[path].format(number)}EOF_m1\n"


_TEXTS = {
    "index.html": "<!doctype html>\n<title>Counts</title>\n<h1>{}</h1>\n",
    "requirements.txt": "flask\n",
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef index():\n"
    "    return '<!doctype html><title>Counts</title><h1>{}</h1>'\n",
}
