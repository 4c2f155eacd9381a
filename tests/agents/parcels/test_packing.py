"""Secrets are planted in every place of a job; its parcel is searched for them, packed and unpacked."""

import base64
import html
import io
import json
import zipfile
from urllib.parse import quote

import pytest
from django.conf import settings

from agents.engine import replay
from agents.models import Attempt, Generation, Job, Message, Step
from agents.services import jobs, parcels
from projects.models import Event, Project, User
from projects.services import secrets
from tests.agents.engine.replies import blueprint, edit, says
from tests.agents.engine.whole import build_without_a_box
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "planted/correct+horse&battery'staple"
KEY = "sk-proj-abcdefghijklmnop1234"
PASSWORD = "opensesame-4711"
PEM_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
PEM = f"-----BEGIN PRIVATE KEY-----\n{PEM_LINE}\n{PEM_LINE[::-1]}\n-----END PRIVATE KEY-----\n"
ADDRESS = "Alice@Example.org"
HOME = str(settings.DJINN_HOME)
EVERYTHING = (
    f"{SECRET} {KEY} password = '{PASSWORD}' mail {ADDRESS} in {HOME}/boxes and {settings.BASE_DIR}/agents\n{PEM}"
)
ENCODED = SECRET.encode()
FORMS = {
    SECRET, json.dumps(SECRET)[1:-1], quote(SECRET, safe=""), html.escape(SECRET), ENCODED.hex(),
    base64.b64encode(ENCODED).decode().rstrip("="), base64.b64encode(b"user:" + ENCODED).decode()[8:-4],
    KEY, PASSWORD, PEM_LINE, PEM_LINE[::-1], "BEGIN PRIVATE KEY", "alice@example.org", ADDRESS,
    quote("alice@example.org"), HOME, str(settings.BASE_DIR),
}  # fmt: skip

FILE = f"""\
const told = "{SECRET}";
const again = "{base64.b64encode(ENCODED).decode()}";
const key = "{KEY}";
const options = {{ password: "{PASSWORD}" }};
const pem = `{PEM}`;
// Ask {ADDRESS.lower()}, or hello@example.com; built in {HOME}/boxes.
const url = "postgres://app:{PASSWORD}@db/app";
"""


def app(*, name: str = "app.js") -> str:
    page = "<!doctype html>\n<title>Shelf</title>\n<script src='app.js'></script>\n"
    return f"Here, {EVERYTHING}\n\ncat > index.html << 'EOF_1'\n{page}EOF_1\n\ncat > {name} << 'EOF_2'\n{FILE}EOF_2\n"


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Job:
    """It writes what nobody had yet said is a secret."""
    server.will(says(blueprint(("index.html", "app.js"))), says(app()))
    job = build_without_a_box(jobs.start(project=project, text="A page", by=owner, model="own-model"))
    secrets.put(project, name="PLANTED", value=SECRET, by=owner)
    return job


def packed(job: Job) -> bytes:
    return b"".join(parcels.export(job).pieces)


def unpacked(parcel: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def found_in(parcel: bytes) -> list[str]:
    parts = {"the zip": parcel, **unpacked(parcel)}
    return sorted(f"{form} in {name}" for name, part in parts.items() for form in FORMS if form.encode() in part)


def plant(job: Job) -> None:
    """In every row and column that holds words."""
    told = {"text": EVERYTHING, EVERYTHING: [EVERYTHING]}
    Job.objects.filter(pk=job.pk).update(
        title=f"Page {KEY}", input={**job.input, "text": EVERYTHING, "wish": EVERYTHING}, output=told
    )
    Job.objects.filter(pk=job.pk).update(
        blueprint={**job.blueprint, "description": SECRET, "features": [KEY]},
        plan=[{**phase, "title": f"By {ADDRESS}"} for phase in job.plan],
    )
    Step.objects.filter(job=job).update(output=told, title=SECRET)
    Attempt.objects.filter(job=job).update(error=EVERYTHING, worker=f"{ADDRESS}:1:2")
    for call in Generation.objects.filter(job=job):
        call.request = {**call.request, **told, "text": EVERYTHING}
        call.save()
    Message.objects.filter(job=job).update(text=EVERYTHING)
    for event in Event.objects.filter(job_ref=job.pk):
        texts = {name: EVERYTHING for name, value in event.payload.items() if isinstance(value, str)}
        kept = {name: event.payload[name] for name in ("message", "role", "command", "path") if name in event.payload}
        event.payload = {**event.payload, **texts, **kept}
        event.save()


def test_nothing_secret_is_in_it_wherever_it_stood(built: Job):
    plant(built)
    built.refresh_from_db()
    parcel = packed(built)
    assert found_in(parcel) == []
    manifest = json.loads(unpacked(parcel)["manifest.json"])
    assert manifest["removed"] > 20


def test_the_search_would_find_it(built: Job):
    """The same rows before anything is taken out."""
    plant(built)
    texts = repr(list(Generation.objects.filter(job=built).values())).encode()
    assert [form for form in (KEY, PASSWORD, PEM_LINE) if form.encode() not in texts] == []
    assert [form for form in (ADDRESS, HOME) if form.encode() not in texts] == []


def test_what_is_no_secret_stays(built: Job):
    parts = unpacked(packed(built))
    [reply] = [part.decode() for name, part in parts.items() if name == "calls/0002.txt"]
    contents = [part.decode() for name, part in parts.items() if name.startswith("contents/")]
    [written] = [content for content in contents if "const told" in content]
    assert written in reply
    assert 'const told = "[removed PLANTED]";\n' in written
    assert 'password: "[removed a password]"' in written
    assert "postgres://app:[removed an address with a password]@db/app" in written
    assert "hello@example.com" in written
    assert "Ask [removed a mail address]" in written
    assert len(written.splitlines()) == len(FILE.splitlines())


def test_without_its_secrets_it_gives_the_same_tree_as_it_travelled_with(built: Job, owner: User):
    came = parcels.make(io.BytesIO(packed(built)), by=owner)
    outcome = replay.run(came)
    assert (outcome.is_identical, outcome.differences) == (True, ())
    assert outcome.tree_hash != replay.run(built).tree_hash
    assert sorted(outcome.scratch.manifest()) == ["app.js", "index.html"]


def test_an_edit_of_a_line_with_a_secret_fits_where_it_went(server: ModelServer, built: Job, owner: User):
    search = f'const key = "{KEY}";\nconst options = {{ password: "{PASSWORD}" }};'
    server.will(says(edit("app.js", search, search.replace("const key", "export const key"))))
    changed = build_without_a_box(jobs.start(project=built.project, text="Export it", by=owner, model="own-model"))
    parcel = packed(changed)
    assert found_in(parcel) == []
    came = parcels.make(io.BytesIO(parcel), by=owner)
    assert replay.run(came).is_identical


def test_nobody_is_named(built: Job):
    parts = unpacked(packed(built))
    assert b'"author":"Alice"' not in parts["job.json"]
    assert b"Alice" not in parts["job.json"]
    assert b'"author":"Djinn"' in parts["job.json"]


def test_nor_is_who_spoke_before_in_a_prompt_of_long_ago(built: Job, owner: User):
    """They told of what was asked before with the names of who asked."""
    told = "Before:\n- Alice: “A list” → version 1\n- Bob: “Why?”\nTell Alice: “Hello”\n- Alice: none"
    call = Generation.objects.filter(job=built).order_by("created_at")[0]
    turns = [{"role": "user", "text": told}]
    Generation.objects.filter(pk=call.pk).update(request={**call.request, "messages": turns})
    bob = User.objects.create_user("bob@example.org", name="Bob (2) Smith")
    assert built.session is not None
    Message.objects.create(session=built.session, role="user", text="Why?", author=bob)
    asked = json.loads(unpacked(packed(built))["calls/0001.json"])
    assert asked["messages"][0]["text"] == (
        "Before:\n- A person: “A list” → version 1\n- A person: “Why?”\nTell Alice: “Hello”\n- Alice: none"
    )


def test_everything_lies_in_a_folder_named_after_the_job(built: Job):
    with zipfile.ZipFile(io.BytesIO(packed(built))) as archive:
        names = archive.namelist()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {name.partition("/")[0] for name in names} == {f"job-{str(built.pk)[:8]}"}
    assert names[0].endswith("/manifest.json")
