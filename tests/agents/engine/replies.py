"""What a live model would say, written out, and the server that says it."""

import json
from typing import Any

from tests.fakes.model_server import ModelServer, Script

PAGE = {
    "index.html": "<!doctype html>\n<title>Shelf</title>\n<h1>Shelf</h1>\n",
    "style.css": "h1 {\n  color: navy;\n}\n",
    "app.js": "document.title = 'Shelf';\nconst done = `<<EOF`;\n",
}
PURPOSE = "Part of the page."


def blueprint(*phases: tuple[str, ...], **more: Any) -> str:
    plan = {
        "name": "Shelf",
        "description": "A shelf for books.",
        "stack": "static",
        "pages": [{"path": "/", "title": "Shelf", "purpose": "All books"}],
        "features": ["Add a book"],
        "data": [],
        "look": {"mood": "calm", "palette": ["#224433"], "type": "serif"},
        "phases": [
            {"title": f"Phase {number}", "files": [{"path": path, "purpose": PURPOSE} for path in paths]}
            for number, paths in enumerate(phases or (tuple(PAGE),), start=1)
        ],
        **more,
    }
    return f"A shelf, quietly.\n\n<blueprint>\n{json.dumps(plan)}\n</blueprint>\n"


def files(*paths: str) -> str:
    """The named files in the code stream, each with its own marker."""
    blocks = [
        f"# File Purpose: {PURPOSE}\ncat > {path} << 'EOF_{number}x'\n{PAGE[path]}EOF_{number}x\n"
        for number, path in enumerate(paths)
    ]
    return "Here they are.\n\n" + "\n".join(blocks)


def edit(path: str, search: str, replace: str) -> str:
    block = f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE"
    return f'Done.\n\n<edit path="{path}">\n{block}\n</edit>\n'


def says(text: str, **more: Any) -> Script:
    """Line by line, so that a cut after so many pieces is a cut after so many lines."""
    return Script(pieces=text.splitlines(keepends=True), **more)


def asked(server: ModelServer) -> list[str]:
    """The last message of each request."""
    return [seen.body["messages"][-1]["content"] for seen in server.seen]
