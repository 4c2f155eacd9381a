"""The sandbox of a branch, over the API."""

import pytest
from django.utils import timezone

from projects.enums import AuthorKind
from projects.services import branches, changesets, files
from sandboxes.models import Sandbox
from sandboxes.services import sandboxes
from tests.people import People
from tests.programs import Programs, problem
from tests.sandboxes.api.conftest import Sent

pytestmark = pytest.mark.django_db
LIMITS = {"memory_mb": 1536, "processes": 256, "disk_mb": 1024, "files": 250_000, "scratch_mb": 256, "cpus": 1.0}


def address(people: People) -> str:
    return f"/projects/{people.project.pk}/sandbox"


def test_a_branch_that_never_had_one_says_what_it_would_be_and_gets_none(people: People, program: Programs) -> None:
    assert program(people.viewer).get(address(people)).json() == {
        "id": None, "project": str(people.project.pk), "branch": "main", "state": "absent", "stack": "python",
        "backend": "", "isolation": "", "port": None, "preview_url": None,
        "shows": {"version": 1, "diff": None, "in_place": False}, "limits": LIMITS, "since": None, "used_at": None,
        "error": "",
    }  # fmt: skip
    assert not Sandbox.objects.exists()


def test_it_says_where_it_stands_and_what_it_shows(people: People, program: Programs) -> None:
    sandbox = sandboxes.for_branch(people.main)
    handle = {"backend": "process", "id": "a", "isolation": "namespace", "stack": "python", "secrets": "sealed"}
    shown = files.tree_hash(files.manifest(people.main))
    values = {"handle": handle, "state": "ready", "port": 5000, "tree_hash": shown, "touched_at": timezone.now()}
    Sandbox.objects.filter(pk=sandbox.pk).update(**values)
    told = program(people.viewer).get(address(people)).json()
    assert (told["id"], told["state"], told["port"]) == (str(sandbox.pk), "ready", 5000)
    assert (told["backend"], told["isolation"]) == ("process", "namespace")
    assert told["preview_url"] == sandboxes.preview_url(sandbox)
    assert told["shows"] == {"version": 1, "diff": None, "in_place": True}
    assert "sealed" not in str(told)
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.AGENT)
    changesets.stage(changeset, "b.txt", b"b")
    Sandbox.objects.filter(pk=sandbox.pk).update(changeset=changeset)
    told = program(people.viewer).get(address(people)).json()
    assert told["shows"] == {"version": 1, "diff": str(changeset.pk), "in_place": False}


def test_each_branch_has_its_own(people: People, program: Programs) -> None:
    branches.create(people.project, "idea", by=people.owner)
    mine = sandboxes.for_branch(branches.find(people.project, "idea"))
    told = program(people.viewer).get(f"{address(people)}?branch=idea").json()
    assert (told["id"], told["branch"]) == (str(mine.pk), "idea")
    assert problem(program(people.viewer).get(f"{address(people)}?branch=nowhere"))["code"] == "not_found"


def test_a_reading_asks_the_database_a_fixed_number_of_times(
    people: People, program: Programs, django_assert_num_queries
) -> None:
    sandboxes.for_branch(people.main)
    asks = program(people.viewer)
    asks.get(address(people))
    # The token with its user, the membership, the branch, the sandbox; the branch's head and its tree.
    with django_assert_num_queries(5):
        assert asks.get(address(people)).status_code == 200


@pytest.mark.parametrize(
    ("verb", "task"),
    [("start", "start"), ("stop", "stop"), ("restart", "restart"), ("sleep", "suspend"), ("wake", "start")],
)
def test_a_verb_is_a_task_for_a_worker(people: People, program: Programs, sent: Sent, verb: str, task: str) -> None:
    sandbox = sandboxes.for_branch(people.main)
    answer = program(people.editor).post(f"{address(people)}/{verb}")
    assert (answer.status_code, answer.json()["id"]) == (202, str(sandbox.pk))
    assert sent == [(task, str(sandbox.pk))]


def test_a_verb_with_a_key_is_asked_once(people: People, program: Programs, sent: Sent) -> None:
    asks = program(people.editor)
    first, second = (asks.post(f"{address(people)}/start", Idempotency_Key="once") for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(sent) == 1


def test_a_viewer_wakes_it_and_does_nothing_else_to_it(people: People, program: Programs, sent: Sent) -> None:
    asks = program(people.viewer)
    assert asks.post(f"{address(people)}/wake").json()["id"] is None
    assert sent == []
    sandbox = sandboxes.for_branch(people.main)
    assert asks.post(f"{address(people)}/wake").status_code == 202
    for verb in ("start", "stop", "restart", "sleep"):
        assert asks.post(f"{address(people)}/{verb}").status_code == 403
    assert sent == [("start", str(sandbox.pk))]
