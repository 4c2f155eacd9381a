"""The addresses of the earlier design: v2 behind them, and its refusals."""

import base64
import io
import json
import zipfile
from typing import Any

import pytest

from agents.api.shims import files as shimmed
from agents.models import Job
from projects.models import ChangeSet, IdempotencyRecord, Version
from projects.rest import streams
from projects.services import files
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db
CODE = '<explanation>A page.</explanation>\n<file path="src/a.css">\nbody {}\n</file>\n<package>left-pad</package>\n'


@pytest.fixture
def here(people: People) -> str:
    files.save(people.main, "index.html", b"<h1>Hello</h1>", by=people.owner)
    return str(people.project.pk)


def events_of(answer: Any) -> list[dict[str, Any]]:
    """Of a stream that is over at once."""
    assert answer.headers["Content-Type"] == "text/event-stream"
    text = answer.content.decode()
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


# --- which project -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("?project={here}", {}),
        ("?sandboxId={here}", {}),
        ("", {"sandboxId": "{here}"}),
        ("", {"project": "{here}"}),
        ("?project={here}", {"sandboxId": "{here}", "whatever": {"else": 1}}),
    ],
)
def test_a_project_is_named_in_one_of_these_ways(
    here: str, people: People, program: Programs, query: str, body: dict[str, Any]
) -> None:
    sent = json.loads(json.dumps(body).replace("{here}", here))
    answer = program(people.editor).post("/api/create-zip" + query.format(here=here), sent)
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("query", ["", "?project=7", "?project={here}&sandboxId=00000000-0000-0000-0000-000000000000"])
def test_nobody_guesses_which_project_is_meant(here: str, people: People, program: Programs, query: str) -> None:
    answer = program(people.editor).get("/api/get-sandbox-files" + query.format(here=here))
    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid")


# --- files ---------------------------------------------------------------------------------------


def test_small_text_files_are_given(here: str, people: People, program: Programs) -> None:
    for path, content in (("src/a.css", b"a {}"), ("big.txt", b"x" * 10_000), ("b.bin", b"\0")):
        files.save(people.main, path, content, by=people.owner)
    told = program(people.viewer).get(f"/api/get-sandbox-files?project={here}").json()
    assert (told["success"], told["fileCount"], told["structure"]) == (True, 2, ".\n./src")
    assert told["files"] == {"index.html": "<h1>Hello</h1>", "src/a.css": "a {}"}
    manifest = told["manifest"]
    assert (manifest["entryPoint"], manifest["styleFiles"]) == ("/index.html", ["/src/a.css"])
    assert manifest["files"]["/src/a.css"] == {
        "content": "a {}",
        "type": "style",
        "path": "/src/a.css",
        "relativePath": "src/a.css",
    }
    assert "routes" not in manifest


def test_a_zip_is_given_in_json_or_as_it_is(here: str, people: People, program: Programs) -> None:
    asks = program(people.editor)
    told = asks.post("/api/create-zip", {"sandboxId": here}).json()
    head, _, content = told["dataUrl"].partition(",")
    assert (told["success"], told["fileName"], head) == (True, "night-garden.zip", "data:application/zip;base64")
    plain = asks.post("/api/create-zip", {"sandboxId": here}, Accept="application/zip")
    assert plain.headers["Content-Type"] == "application/zip"
    assert plain.content == base64.b64decode(content)
    assert zipfile.ZipFile(io.BytesIO(plain.content)).namelist() == ["night-garden/index.html"]


def test_a_zip_too_large_for_json_is_refused_with_a_better_place(
    here: str, people: People, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shimmed, "MOST_ZIP", 100)
    told = problem(program(people.editor).post("/api/create-zip", {"sandboxId": here}))
    assert (told["status"], f"/api/v2/projects/{here}/exports/zip" in told["detail"]) == (413, True)


# --- code ----------------------------------------------------------------------------------------


def test_code_is_applied_as_one_version(here: str, people: People, program: Programs) -> None:
    told = (
        program(people.editor).post("/api/apply-ai-code", {"response": CODE, "sandboxId": here, "isEdit": True}).json()
    )
    assert told == {
        "success": True,
        "results": {
            "filesCreated": ["src/a.css"],
            "filesUpdated": [],
            "packagesInstalled": [],
            "packagesAlreadyInstalled": [],
            "packagesFailed": [],
            "commandsExecuted": [],
            "errors": ["npm install left-pad: this kind of app has no packages."],
        },
        "explanation": "A page.",
        "structure": None,
        "message": "1 file applied.",
    }
    assert files.read(files.manifest(people.main), "src/a.css") == b"body {}"
    assert Version.objects.count() == 2


def test_asked_twice_with_one_key_it_is_applied_once(here: str, people: People, program: Programs) -> None:
    asks, body = program(people.editor), {"response": CODE, "sandboxId": here}
    first = asks.post("/api/apply-ai-code", body, Idempotency_Key="k")
    files.delete(people.main, "src/a.css", by=people.owner)
    assert asks.post("/api/apply-ai-code", body, Idempotency_Key="k").json() == first.json()
    assert "src/a.css" not in files.manifest(people.main)
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("path", ["/api/apply-ai-code", "/api/apply-ai-code-stream"])
@pytest.mark.parametrize(
    "body",
    [
        {"response": ""},
        {"response": "Nothing but words."},
        {"response": '<file path="a.txt">\nhalf'},
        {"response": '<file path="../a.txt">\nx\n</file>'},
        {"response": '<file path="a.txt">\nx\n</file>', "packages": ["; rm -rf /"]},
        {"response": '<file path="a.txt">\nx\n</file>', "packages": ["--registry=http://x"]},
        {"response": '<file path="a.txt">\nx\n</file>', "packages": ["a"] * 31},
        {"response": ["x"]},
        {"response": "\ud800"},
        {},
    ],
)
def test_what_cannot_be_applied_changes_nothing(
    here: str, people: People, program: Programs, path: str, body: dict[str, Any]
) -> None:
    answer = program(people.editor).post(path, body | {"sandboxId": here})
    assert problem(answer)["status"] == 422, answer.content
    assert (Version.objects.count(), ChangeSet.objects.count(), Job.objects.count()) == (1, 1, 0)


def test_a_hostile_body_is_refused_as_anywhere(here: str, people: People, program: Programs) -> None:
    asks = program(people.editor)
    assert problem(asks.post("/api/apply-ai-code", b"{"))["code"] == "malformed"
    assert problem(asks.post("/api/apply-ai-code", b"[" * 50_000))["code"] == "malformed"
    assert problem(asks.post("/api/install-packages", b"x" * 70_000))["code"] == "too_large"
    assert problem(asks.post("/api/create-zip", b"a=1", Content_Type="text/plain"))["code"] == "wrong_media_type"


# --- generation ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"model": "nobody-knows/it"}, 422, "refused"),
        ({"prompt": ""}, 422, "invalid"),
        ({"prompt": " "}, 422, "refused"),
        ({"prompt": "x" * 20_001}, 422, "invalid"),
        ({"context": {}}, 422, "invalid"),
        ({"context": {"sandboxId": "box-7"}}, 422, "invalid"),
        ({"isEdit": True}, 409, "wrong_state"),
    ],
)
def test_what_cannot_be_made_starts_nothing(
    people: People, program: Programs, more: dict[str, Any], status: int, code: str
) -> None:
    body = {"prompt": "A shelf", "context": {"sandboxId": str(people.project.pk)}} | more
    answer = program(people.editor).post("/api/generate-ai-code-stream", body)
    assert (answer.status_code, problem(answer)["code"]) == (status, code), answer.content
    assert not Job.objects.exists()


def test_one_key_is_one_job(people: People, program: Programs) -> None:
    """The stream itself is read where a real server sends it."""
    body = {"prompt": "A shelf", "context": {"sandboxId": str(people.project.pk), "currentFiles": {"a": "b"}}}
    asks = program(people.editor)
    for _ in range(2):
        answer = asks.post("/api/generate-ai-code-stream", body, Idempotency_Key="k")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert (Job.objects.get().kind, Job.objects.get().input["text"]) == ("generate", "A shelf")


def test_a_key_of_another_job_is_refused(people: People, program: Programs) -> None:
    here, asks = f"project={people.project.pk}", program(people.editor)
    asks.post(f"/api/generate-ai-code-stream?{here}", {"prompt": "A shelf"}, Idempotency_Key="k")
    code = {"response": '<file path="a.txt">one</file>'}
    answer = asks.post(f"/api/apply-ai-code-stream?{here}", code, Idempotency_Key="k")
    assert answer.status_code == 422
    asks.post(f"/api/apply-ai-code-stream?{here}", code, Idempotency_Key="l")
    answer = asks.post(f"/api/generate-ai-code-stream?{here}", {"prompt": "A shelf"}, Idempotency_Key="l")
    assert (answer.status_code, Job.objects.count()) == (422, 2)


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("generate-ai-code-stream", {"prompt": "A shelf"}),
        ("apply-ai-code-stream", {"response": '<file path="a.txt">one</file>'}),
        ("install-packages", {"packages": ["zustand"]}),
    ],
)
def test_who_has_too_many_streams_begins_nothing(
    people: People, program: Programs, monkeypatch: pytest.MonkeyPatch, address: str, body: dict[str, Any]
) -> None:
    monkeypatch.setattr(streams, "MOST_EACH", 0)
    answer = program(people.editor).post(f"/api/{address}?project={people.project.pk}", body)
    assert answer.status_code == 429, answer.content
    assert not Job.objects.exists()
    assert not people.project.versions.exists()


# --- packages ------------------------------------------------------------------------------------


def test_packages_that_are_listed_are_told_at_once(here: str, people: People, program: Programs) -> None:
    files.save(people.main, "package.json", b'{"dependencies": {"react": "18"}}', by=people.owner)
    answer = program(people.editor).post("/api/install-packages", {"packages": ["react"], "sandboxId": here})
    assert events_of(answer) == [
        {
            "type": "success",
            "message": "All packages are listed already.",
            "installedPackages": [],
            "alreadyInstalled": ["react"],
        },
        {
            "type": "complete",
            "success": True,
            "message": "All packages are listed already.",
            "installedPackages": [],
        },
    ]
    assert Version.objects.count() == 2


@pytest.mark.parametrize("packages", [[], None, ["a b"], ["../x"], ["-g"], ["http://x/y.tgz"], ["zustand"]])
def test_what_cannot_be_installed_changes_nothing(here: str, people: People, program: Programs, packages: Any) -> None:
    """The last one can, in another kind of app."""
    answer = program(people.editor).post("/api/install-packages", {"packages": packages, "sandboxId": here})
    assert problem(answer)["status"] == 422
    assert Version.objects.count() == 1
