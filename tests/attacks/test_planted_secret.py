"""A secret is planted, an app says it in every way it can, and everything we keep or tell is searched for it."""

import base64
import html
import io
import json
import logging
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from django.http.response import HttpResponseBase, StreamingHttpResponse

from agents.models import Job
from agents.services import jobs
from projects.models import Blob, Secret
from projects.services import secrets
from sandboxes.enums import CommandKind
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import commands, lifecycle
from sandboxes.runtime.commands import Listener
from tests.agents.engine.replies import asked, says
from tests.agents.engine.whole import run
from tests.doors import test_doors, world
from tests.doors.world import World
from tests.fakes import model_server
from tests.fakes.model_server import ModelServer

pytestmark = [pytest.mark.box, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

SECRET = "planted/correct+horse&battery'staple"
ENCODED = SECRET.encode()
FORMS = {
    SECRET, json.dumps(SECRET)[1:-1], quote(SECRET, safe=""), quote_plus(SECRET), html.escape(SECRET), ENCODED.hex(),
    base64.b64encode(ENCODED).decode().rstrip("="), base64.b64encode(b"user:" + ENCODED).decode()[8:-4],
    *(SECRET[at : at + 12] for at in range(len(SECRET) - 11)),
}  # fmt: skip

TELLING = """\
import base64, json, os, sys, urllib.parse
from flask import Flask

app = Flask(__name__)
told = os.environ["PLANTED"]
ways = [told, repr(told), json.dumps({"key": told}), urllib.parse.quote(told, safe=""), told.encode().hex(),
        base64.b64encode(told.encode()).decode(), base64.b64encode(b"user:" + told.encode()).decode()]
for way in ways:
    print("it is", way, flush=True)
    print("it is", way, file=sys.stderr, flush=True)


@app.get("/")
def index():
    return "<h1>The key is " + " or ".join(ways) + "</h1>"
"""
CRASHING = 'import os\nraise RuntimeError("nothing works with " + os.environ["PLANTED"])\n'
FAILING_PAGE = TELLING.replace("return", "raise ValueError(told)\n    return")


def writes(**files: str) -> str:
    blocks = [
        f"# File Purpose: The app.\ncat > {path.replace('__', '.')} << 'EOF_9'\n{text}EOF_9\n"
        for path, text in files.items()
    ]
    return "Here it is.\n\n" + "\n".join(blocks)


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ModelServer]:
    with model_server.running() as server:
        yield server


@pytest.fixture
def server(shared_server: ModelServer, settings) -> ModelServer:
    settings.DJINN_API_BASE, settings.DJINN_API_KEY = shared_server.url, "sk-test-0123456789"
    return shared_server


@pytest.fixture
def planted() -> Iterator[World]:
    made = world.make()
    secrets.put(made.people.project, name="PLANTED", value=SECRET, by=made.people.owner)
    yield made
    for sandbox in Sandbox.objects.all():
        lifecycle.destroy(sandbox)


def ask(planted: World, text: str) -> Job:
    people = planted.people
    return run(jobs.start(project=people.project, text=text, by=people.owner, model="own-model"), times=5)


def found_in(what: str) -> list[str]:
    return sorted(form for form in FORMS if form in what)


def tables() -> Iterator[tuple[str, str]]:
    """Every row of every table, and what is packed in it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield table, repr(cursor.fetchall())
    for blob in Blob.objects.all():
        yield "the contents of files", repr(zlib.decompress(bytes(blob.content)))


def answers(planted: World) -> Iterator[tuple[str, str]]:
    """Everything that can be read over HTTP, by everybody who may."""
    for row in test_doors.ROWS:
        if row.method == "GET":
            for person in ("owner", "staff", "anonymous"):
                answer = test_doors._ask(planted, person, row)
                yield f"{row.door} ({person})", text_of(answer)


async def whole(answer: StreamingHttpResponse) -> bytes:
    return b"".join([piece async for piece in answer])


def text_of(answer: HttpResponseBase) -> str:
    if isinstance(answer, StreamingHttpResponse) and answer.is_async:
        content = async_to_sync(whole)(answer)
    else:
        content = answer.getvalue()
    if content[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(content))
        content = b"\n".join(archive.read(name) for name in archive.namelist())
    return f"{content!r} {dict(answer.headers.items())}"


def files_of_this_home() -> Iterator[tuple[str, str]]:
    """Logs, locks, keys, what back ends keep of their boxes, and the trees of those."""
    for path in sorted(Path(settings.DJINN_HOME).rglob("*")):
        if path.is_file() and "templates" not in path.parts and path.stat().st_size < 4_000_000:
            yield str(path), repr(path.read_bytes())


def command_lines() -> Iterator[tuple[str, str]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield str(path), path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


def test_a_planted_secret_is_found_nowhere(
    server: ModelServer, planted: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.will(says(writes(requirements__txt="flask\n", app__py=TELLING)))
    first = ask(planted, f"Make a page. The key is {SECRET}, by the way: {quote(SECRET, safe='')}")
    assert (first.state, first.error) == ("completed", None)
    server.will(says(writes(app__py=CRASHING)))
    second = ask(planted, "Make it crash")
    assert second.state == "failed"
    assert "nothing works with [secret PLANTED]" in str(second.error)
    server.will(says(writes(app__py=FAILING_PAGE)))
    third = ask(planted, f"Why does it say {SECRET}?")
    assert third.state == "failed"
    sandbox = Sandbox.objects.select_related("project", "branch").get()
    argv = ("sh", "-c", 'echo "$PLANTED" >&2; env; printf %s "$PLANTED" | base64; exit 3')
    commands.run(sandbox, argv, kind=CommandKind.CHECK, title="Look", listener=Listener(), timeout=20)
    assert "[secret PLANTED]" in Command.objects.get(kind=CommandKind.CHECK, title="Look").output
    everything = [
        *tables(), *answers(planted), *files_of_this_home(), *command_lines(),
        ("prompts", json.dumps([seen.body for seen in server.seen]) + "".join(asked(server))),
        ("logs", caplog.text), ("output", "".join(capfd.readouterr())),
    ]  # fmt: skip
    assert len(everything) > 60
    assert [(place, found) for place, what in everything if (found := found_in(what))] == []
    assert sum("[secret PLANTED]" in what for _, what in everything) >= 4
    assert secrets.environment(planted.people.project) == {"PLANTED": SECRET}


def test_a_search_that_finds_nothing_would_find_it(planted: World) -> None:
    """The searching itself is tried: on what is there to be found."""
    Secret.objects.update(ciphertext=f"as it is: {SECRET}")
    assert any(found_in(what) for _, what in tables())
    for form in FORMS:
        assert found_in(f"before {form} after")
