"""Starting a server and looking at its page."""

import threading
import time
import uuid

import pytest

from projects import feed
from sandboxes.enums import CommandState
from sandboxes.errors import Stopped
from sandboxes.models import Command, Sandbox, addresses
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import install, lifecycle, serve, sync
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply

pytestmark = pytest.mark.box


def prepared(sandbox: Sandbox) -> Sandbox:
    lifecycle.ensure(sandbox)
    sync.sync(sandbox, manifest_of(sandbox))
    install.install(sandbox)
    return sandbox


def test_a_page_that_can_be_seen_is_told_with_its_address(make_app: MakeApp) -> None:
    sandbox, job = prepared(make_app(apps.FLASK)), uuid.uuid4()
    lines: list[str] = []
    command = serve.start(sandbox, job_ref=job)
    ready = serve.wait_ready(sandbox, job_ref=job, on_line=lines.append)
    assert (ready.ok, ready.status, ready.excerpt) == (True, 200, "Shelf A shelf of books")
    assert any("Running on http://127.0.0.1:5000" in line for line in lines)
    event = feed.since(sandbox.project_id, 0)[-1]
    assert (event.kind, event.job_ref) == ("preview_ready", job)
    assert event.payload["url"] == addresses.url(sandbox.label)
    assert (event.payload["version"], event.payload["isolation"]) == (1, "namespace")
    sandbox.refresh_from_db()
    assert sandbox.port == 5000
    assert serve.start(sandbox) == command


def test_a_server_that_ends_gives_its_last_words(make_app: MakeApp) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "app.py": "raise SystemExit('no shelf today')\n"}))
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    assert (ready.ok, ready.status) == (False, 0)
    assert "no shelf today" in ready.log_tail
    sandbox.refresh_from_db()
    assert sandbox.port is None
    assert Command.objects.filter(sandbox=sandbox, state=CommandState.RUNNING).count() == 0


@pytest.mark.node
def test_an_app_that_ends_under_its_watcher_gives_its_last_words_at_once(make_app: MakeApp) -> None:
    """Node would wait for a change, and a visitor for a minute."""
    sandbox = prepared(make_app({**apps.NODE, "server.js": 'throw new Error("no notes today");\n'}))
    serve.start(sandbox)
    began = time.monotonic()
    ready = serve.wait_ready(sandbox)
    assert time.monotonic() - began < 20
    assert (ready.ok, ready.status, ready.excerpt) == (False, 0, "The app's server ended.")
    assert "no notes today" in ready.log_tail


def test_a_page_that_fails_gives_its_status_and_the_log(make_app: MakeApp) -> None:
    broken = apps.FLASK["app.py"].replace('return render_template("index.html")', "return books")
    sandbox = prepared(make_app({**apps.FLASK, "app.py": broken}))
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    assert (ready.ok, ready.status) == (False, 500)
    assert "NameError: name 'books' is not defined" in ready.log_tail
    sandbox.refresh_from_db()
    assert sandbox.port == 5000


def test_a_change_that_breaks_a_running_app_is_found(make_app: MakeApp) -> None:
    """Its server would see the change after a second, and answer with the page of before until then."""
    sandbox = prepared(make_app(apps.FLASK))
    first = serve.start(sandbox)
    assert serve.wait_ready(sandbox).ok
    apply(sandbox.branch, {"app.py": "raise SystemExit('no shelf any more')\n"})
    sync.sync(sandbox, manifest_of(sandbox))
    assert serve.start(sandbox) != first
    ready = serve.wait_ready(sandbox)
    assert not ready.ok
    assert "no shelf any more" in ready.log_tail


LOGIN = """from flask import Flask, redirect
app = Flask(__name__)
@app.get("/")
def index(): return redirect("/door/login?next=/#top")
@app.get("/door/login")
def login():
    return ('<h1>Who is there?</h1><script src="//["></script>'
            '<script type="module" src="größe.js?a=1&amp;b=2"></script>')
@app.get("/door/größe.js")
def script(): return "// taken from '/nowhere'\\nlet said = 'from \\"/nowhere\\"';", {"content-type": "text/javascript"}
"""


def test_a_page_is_found_where_the_root_leads_to(make_app: MakeApp) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "app.py": LOGIN}))
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    assert (ready.ok, ready.status, ready.excerpt) == (True, 200, "Who is there?")


def test_a_broken_script_behind_a_redirect_is_found(make_app: MakeApp) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "app.py": LOGIN.replace('"/door/größe.js"', '"/door/other.js"')}))
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    assert (ready.ok, ready.status) == (False, 404)
    assert ready.excerpt.startswith("/door/gr%C3%B6%C3%9Fe.js?a=1&b=2")


def test_an_app_that_leads_elsewhere_is_an_app(make_app: MakeApp) -> None:
    away = LOGIN.replace("/door/login?next=/#top", "https://example.com/")
    sandbox = prepared(make_app({**apps.FLASK, "app.py": away}))
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    assert (ready.ok, ready.status, ready.excerpt) == (True, 302, "Leads to https://example.com/")


@pytest.mark.node
def test_a_module_that_does_not_compile_is_found_behind_a_good_page(make_app: MakeApp) -> None:
    sandbox = prepared(make_app({**apps.REACT, "src/App.tsx": "export default <h1>unfinished\n"}))
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    assert (ready.ok, ready.status) == (False, 500)
    assert ready.excerpt.startswith("/src/App.tsx")
    assert "Unterminated JSX contents" in ready.log_tail
    apply(sandbox.branch, {"src/App.tsx": apps.REACT["src/App.tsx"]})
    sync.sync(sandbox, manifest_of(sandbox))
    assert serve.wait_ready(sandbox).ok


def test_waiting_stops_within_a_second(make_app: MakeApp) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "app.py": "import time\ntime.sleep(300)\n"}))
    serve.start(sandbox)
    asked = threading.Event()
    threading.Timer(0.5, asked.set).start()
    with pytest.raises(Stopped):
        serve.wait_ready(sandbox, should_stop=asked.is_set)
    began = time.monotonic()
    with pytest.raises(Stopped):
        serve.start(sandbox, should_stop=asked.is_set)
    assert time.monotonic() - began < 1.0


def test_a_page_that_stays_silent_can_be_stopped_too(make_app: MakeApp) -> None:
    silent = (
        "import time\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef index(): time.sleep(300)\n"
    )
    sandbox = prepared(make_app({**apps.FLASK, "app.py": silent}))
    serve.start(sandbox)
    asked: list[float] = []
    threading.Timer(4, lambda: asked.append(time.monotonic())).start()
    with pytest.raises(Stopped):
        serve.wait_ready(sandbox, should_stop=lambda: bool(asked))
    assert time.monotonic() - asked[0] < 1.0
    assert serve.wait_ready(sandbox, timeout=2).excerpt.endswith("stayed silent.")


def test_a_static_app_needs_no_server(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.STATIC))
    assert serve.start(sandbox) is None
    assert serve.wait_ready(sandbox).ok
    assert feed.since(sandbox.project_id, 0)[-1].payload["stack"] == "static"


def test_a_static_app_without_a_start_page_is_not_ready(make_app: MakeApp) -> None:
    ready = serve.wait_ready(lifecycle.ensure(make_app({"style.css": ""})))
    assert (ready.ok, ready.status) == (False, 404)
