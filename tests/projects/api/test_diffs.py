"""Diffs over the API: proposed, decided about, applied, refused."""

import base64
import hashlib
from typing import Any

import pytest

from projects.models import ChangeSet, Version
from projects.services import branches, files, staging
from tests.people import People
from tests.programs import Program, Programs, problem

pytestmark = pytest.mark.django_db

BEFORE = "".join(f"{number}\n" for number in range(40))
AFTER = BEFORE.replace("\n5\n", "\nfive\n").replace("\n30\n", "\nthirty\n")

NEW = hashlib.sha256(b"new\n").hexdigest()
APPROVAL = {"path": "new.txt", "decision": "approved", "seen": NEW}


@pytest.fixture
def asks(people: People, program: Programs) -> Program:
    files.save(people.main, "long.txt", BEFORE.encode(), by=people.owner)
    return program(people.editor)


def propose(people: People, asks: Program, **more: object) -> str:
    changes = [{"path": "long.txt", "content": AFTER}, {"path": "new.txt", "content": "new\n"}]
    made = asks.post(_path(people), {"title": "Words", "changes": changes, **more})
    assert made.status_code == 201, made.content
    return f"{_path(people)}/{made.json()['id']}"


def apply(asks: Program, path: str, **more: object) -> Any:
    return asks.post(f"{path}/apply", {"seen": asks.get(path).json()["revision"], **more})


def _path(people: People) -> str:
    return f"/projects/{people.project.pk}/diffs"


def head(people: People) -> dict[str, str]:
    tree = files.manifest(people.main)
    return {path: files.read(tree, path).decode() for path in sorted(tree)}


def test_a_proposal_changes_nothing_until_it_is_applied(people: People, asks: Program) -> None:
    path = propose(people, asks, note="Better words")
    told = asks.get(path).json()
    assert (told["state"], told["author"], told["count"], told["base"], told["note"]) == (
        "open", "Editor", 2, 1, "Better words",
    )  # fmt: skip
    assert head(people) == {"long.txt": BEFORE}
    made = apply(asks, path, message="Better")
    assert (made.status_code, made.json()["number"], made.json()["message"]) == (201, 2, "Better")
    assert head(people) == {"long.txt": AFTER, "new.txt": "new\n"}
    assert asks.get(path).json()["version"] == 2


def test_its_files_come_with_their_parts(people: People, asks: Program) -> None:
    path = propose(people, asks)
    first, second = asks.get(f"{path}/files").json()["items"]
    assert [(one["path"], one["status"], one["added"]) for one in (first, second)] == [
        ("long.txt", "changed", 2),
        ("new.txt", "added", 1),
    ]
    assert [part["decision"] for part in first["parts"]] == ["undecided", "undecided"]
    assert {"sign": "+", "text": "five\n"} in first["parts"][0]["lines"]


def test_what_a_page_had_no_room_for_is_asked_for_by_its_path(people: People, asks: Program) -> None:
    changes = [{"path": f"{n}.txt", "content": "x" * 600_000} for n in range(3)]
    path = f"{_path(people)}/{asks.post(_path(people), {'title': 'Much', 'changes': changes}).json()['id']}"
    told = asks.get(f"{path}/files").json()["items"]
    assert [(one["is_left_out"], len(one["parts"])) for one in told] == [(False, 1), (True, 0), (True, 0)]
    [alone] = asks.get(f"{path}/files?path=2.txt").json()["items"]
    assert (alone["path"], alone["is_left_out"], len(alone["parts"])) == ("2.txt", False, 1)


def test_a_branch_deleted_between_looking_and_writing_is_not_found(
    people: People, asks: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = staging.pack

    def late(*arguments: Any) -> staging.Packed:
        branches.delete(branches.find(people.project, "idea"), by=people.owner)
        return pack(*arguments)

    monkeypatch.setattr(staging, "pack", late)
    changes = {"title": "A", "branch": "idea", "changes": [{"path": "a.txt", "content": "a"}]}
    for write in (
        lambda: asks.post(_path(people), changes),
        lambda: asks.put(f"/projects/{people.project.pk}/files/a.txt?branch=idea", b"a", If_None_Match="*"),
    ):
        branches.create(people.project, "idea", by=people.owner)
        told = problem(write())
        assert (told["status"], told["detail"]) == (404, "There is no branch 'idea'.")


def test_one_applies_by_part_and_the_rest_goes_on(people: People, asks: Program) -> None:
    path = propose(people, asks)
    parts = asks.get(f"{path}/files").json()["items"][0]["parts"]
    assert apply(asks, path, parts={"long.txt": [parts[1]["id"]]}).json()["number"] == 2
    assert head(people) == {"long.txt": BEFORE.replace("\n30\n", "\nthirty\n")}
    [rest] = asks.get(f"{_path(people)}?state=open").json()["items"]
    assert (rest["title"], rest["count"], rest["base"]) == ("Words", 2, 2)
    apply(asks, f"{_path(people)}/{rest['id']}", paths=["new.txt"])
    assert head(people)["new.txt"] == "new\n"


def test_what_is_turned_down_is_left_out(people: People, asks: Program) -> None:
    path = propose(people, asks)
    told = asks.post(f"{path}/decisions", {"path": "new.txt", "decision": "rejected", "seen": NEW})
    assert told.status_code == 200
    apply(asks, path)
    assert head(people) == {"long.txt": AFTER}


def test_a_staged_file_is_edited_before_it_is_accepted(people: People, asks: Program) -> None:
    path = propose(people, asks)
    seen = asks.get(f"{path}/files").json()["items"][1]["after"]
    body = {"content": base64.b64encode(b"newer\n").decode(), "encoding": "base64", "seen": seen}
    assert asks.put(f"{path}/files/new.txt", body).status_code == 200
    assert problem(asks.put(f"{path}/files/new.txt", body))["code"] == "stale"
    apply(asks, path, paths=["new.txt"])
    assert head(people)["new.txt"] == "newer\n"


def test_who_saw_another_file_is_told_so(people: People, asks: Program) -> None:
    changes = [{"path": "long.txt", "content": "x", "seen": "0" * 64}]
    told = problem(asks.post(_path(people), {"title": "x", "changes": changes}))
    assert (told["code"], told["path"]) == ("stale", "long.txt")
    changes = [{"path": "long.txt", "content": "x", "seen": ""}]
    assert asks.post(_path(people), {"title": "x", "changes": changes}).status_code == 412
    assert not ChangeSet.objects.filter(state="open").exists()


def test_a_conflict_names_the_files_and_is_resolved(people: People, asks: Program) -> None:
    path = propose(people, asks)
    files.save(people.main, "long.txt", b"other\n", by=people.owner)
    told = problem(apply(asks, path))
    assert (told["code"], told["paths"]) == ("conflict", ["long.txt"])
    choices = [{"path": "long.txt", "take": "branch"}]
    for late in ({"seen": 1, "head": 1}, {"seen": 0, "head": 2}):
        assert problem(asks.post(f"{path}/resolve", {"choices": choices, **late}))["code"] == "stale"
    made = asks.post(f"{path}/resolve", {"choices": choices, "seen": 1, "head": 2})
    assert made.status_code == 201
    apply(asks, f"{_path(people)}/{made.json()['id']}")
    assert head(people) == {"long.txt": "other\n", "new.txt": "new\n"}
    assert asks.get(path).json()["state"] == "superseded"


def test_what_is_closed_stays_closed(people: People, asks: Program) -> None:
    path = propose(people, asks)
    assert asks.post(f"{path}/reject", {"seen": 1}).json()["state"] == "rejected"
    for verb, body in (("reject", {"seen": 1}), ("apply", {"seen": 1}), ("decisions", APPROVAL)):
        assert problem(asks.post(f"{path}/{verb}", body))["code"] == "wrong_state"
    assert Version.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "x", "changes": []},
        {"title": "x", "changes": [{"path": "../out", "content": "x"}]},
        {"title": "x", "changes": [{"path": "a.txt", "content": "!!", "encoding": "base64"}]},
        {"title": "x", "changes": [{"path": "a.txt", "content": "x", "seen": "abc"}]},
        {"title": "x", "changes": [{"path": "a", "content": "x"}], "branch": "a\0b"},
        {"title": "x", "changes": [{"path": "a", "content": "\0"}]},
    ],
)
def test_what_is_malformed_is_refused_without_a_trace(people: People, asks: Program, body: object) -> None:
    assert asks.post(_path(people), body).status_code == 422
    assert not ChangeSet.objects.filter(state="open").exists()


def test_the_same_key_proposes_once(people: People, asks: Program) -> None:
    body = {"title": "Words", "changes": [{"path": "a.txt", "content": "a\n"}]}
    first = asks.post(_path(people), body, Idempotency_Key="one")
    assert asks.post(_path(people), body, Idempotency_Key="one").json() == first.json()
    assert ChangeSet.objects.filter(state="open").count() == 1


def test_one_decides_about_what_one_saw(people: People, asks: Program, program: Programs) -> None:
    path = propose(people, asks)
    seen = asks.get(path).json()["revision"]
    program(people.owner).put(f"{path}/files/new.txt", {"content": "newer\n", "seen": NEW})
    for told in (
        asks.post(f"{path}/decisions", APPROVAL),
        asks.post(f"{path}/decisions", {**APPROVAL, "part": "0" * 16}),
        asks.post(f"{path}/apply", {"seen": seen}),
        asks.post(f"{path}/reject", {"seen": seen}),
        asks.put(f"{path}/files/new.txt", {"content": "mine\n", "seen": NEW}),
    ):
        assert (told.status_code, problem(told)["code"]) == (412, "stale")
    assert head(people) == {"long.txt": BEFORE}
    assert apply(asks, path).status_code == 201
    assert head(people)["new.txt"] == "newer\n"


def test_who_says_not_what_they_saw_is_asked_to(people: People, asks: Program) -> None:
    path = propose(people, asks)
    assert problem(asks.put(f"{path}/files/new.txt", {"content": "x"}))["code"] == "precondition_required"
    assert asks.put(f"{path}/files/new.txt", {"content": "x"}, If_Match=f'"{NEW}"').status_code == 200
    assert asks.post(f"{path}/apply", {}).status_code == 422
    assert asks.post(f"{path}/reject", {}).status_code == 422
    assert asks.post(f"{path}/resolve", {"choices": [], "seen": 1}).status_code == 422
    assert asks.post(f"{path}/resolve", {"choices": [], "head": 1}).status_code == 422
    assert asks.post(f"{path}/decisions", {"path": "new.txt", "decision": "approved"}).status_code == 422


def test_what_was_seen_of_a_file_that_was_turned_down_is_what_was_staged(people: People, asks: Program) -> None:
    path = propose(people, asks)
    asks.post(f"{path}/decisions", {**APPROVAL, "decision": "rejected"})
    assert asks.put(f"{path}/files/new.txt", {"content": "again\n", "seen": NEW}).status_code == 200
    assert asks.put(f"{path}/files/more.txt", {"content": "more\n", "seen": NEW}).status_code == 412
    assert asks.put(f"{path}/files/more.txt", {"content": "more\n", "seen": ""}).status_code == 200
