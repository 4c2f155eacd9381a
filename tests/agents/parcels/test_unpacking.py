"""A parcel that somebody made up: refused with a sentence, and nothing of it is left."""

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from agents.models import Generation, Message
from agents.parcels import unpacking
from agents.schemas.jobs import WholeGenerationOut
from agents.services import parcels
from projects.errors import BadArchive
from projects.models import Event, Project, User
from tests.agents.parcels.forging import Parts, parts_of, refusal, sealed, zipped

pytestmark = pytest.mark.django_db(transaction=True)

Change = Callable[[dict[str, Any]], object]


def changed(parcel: bytes, change: Change, name: str = "job.json") -> Parts:
    parts = parts_of(parcel)
    loaded = json.loads(parts[name])
    change(loaded)
    return {**parts, name: json.dumps(loaded).encode()}


def test_one_that_was_packed_anew_is_taken(parcel: bytes, owner: User):
    assert parcels.make(zipped(parts_of(parcel)), by=owner).imported_at
    assert parcels.make(zipped(sealed(parts_of(parcel))), by=owner).imported_at


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"", "not a zip"),
        (b"PK\x03\x04 and nothing", "not a zip"),
        (zipped({"index.html": b"<p>"}).getvalue(), "not a job that was exported from Djinn"),
        (zipped({"manifest.json": b"{}"}).getvalue(), "not a job that was exported from Djinn"),
        (zipped({"manifest.json": b"[1]"}).getvalue(), "not a job that was exported from Djinn"),
        (zipped({"manifest.json": b"\xff"}).getvalue(), "manifest.json is no text"),
        (zipped({"manifest.json": b"{" * 50_000}).getvalue(), "manifest.json is no JSON"),
        (zipped({"manifest.json": b'{"kind": "djinn job", "format": 2}'}).getvalue(), "reads format 1"),
        (zipped({"manifest.json": b'{"kind": "djinn job", "format": 1}'}).getvalue(), "cannot be used"),
        (zipped({"manifest.json": b"{}", ".git/config": b"x"}).getvalue(), "not a job"),
        (zipped({"manifest.json": b"{}", "../out": b"x"}).getvalue(), "leaves its folder"),
    ],
)
def test_what_is_no_parcel(project: Project, owner: User, file: bytes, says: str):
    assert says in refusal(io.BytesIO(file), owner, project)


@pytest.mark.parametrize("cut", [10, 1000, -1000, -30])
def test_one_that_is_cut_off(parcel: bytes, project: Project, owner: User, cut: int):
    refusal(io.BytesIO(parcel[:cut]), owner, project)


def test_one_with_a_flipped_byte_anywhere(parcel: bytes):
    """Where nothing is read, as in a moment that a zip names, it does not matter; elsewhere it is refused."""
    whole, refused = unpacking.unpack(io.BytesIO(parcel)), 0
    for at in range(0, len(parcel), max(1, len(parcel) // 60)):
        broken = bytearray(parcel)
        broken[at] ^= 0x55
        try:
            found = unpacking.unpack(io.BytesIO(bytes(broken)))
        except BadArchive:
            refused += 1
        else:
            assert (found.rows, found.replies, found.trees) == (whole.rows, whole.replies, whole.trees)
    assert refused > 50


def test_each_part_is_missed(parcel: bytes, project: Project, owner: User):
    parts = parts_of(parcel)
    for name in parts:
        left = {other: part for other, part in parts.items() if other != name}
        refusal(zipped(left), owner, project)
        if name not in ("manifest.json", "job.json"):
            refusal(zipped(sealed(left)), owner, project)


def test_each_part_is_what_the_list_says(parcel: bytes, project: Project, owner: User):
    parts = parts_of(parcel)
    for name, part in parts.items():
        if name != "manifest.json":
            assert refusal(zipped({**parts, name: part + b" "}), owner, project)


@pytest.mark.parametrize("name", ["more.txt", "calls/0009.json", "contents/nonsense", "contents/" + "0" * 64])
def test_what_does_not_belong_is_refused(parcel: bytes, project: Project, owner: User, name: str):
    refusal(zipped({**parts_of(parcel), name: b"x"}), owner, project)
    refusal(zipped(sealed({**parts_of(parcel), name: b"x"})), owner, project)


def test_a_content_of_no_file_is_refused(parcel: bytes, project: Project, owner: User):
    name = f"contents/{hashlib.sha256(b'x').hexdigest()}"
    said = refusal(zipped(sealed({**parts_of(parcel), name: b"x"})), owner, project)
    assert "contents of its files" in said


def put(tree: str, path: str) -> Change:
    def change(rows: dict[str, Any]) -> None:
        rows["trees"][tree][path] = next(iter(rows["trees"]["staged"].values()))

    return change


def setting(*way: Any, to: Any) -> Change:
    def change(rows: dict[str, Any]) -> None:
        *before, last = way
        for key in before:
            rows = rows[key]
        rows[last] = to

    return change


def event(**payload: Any) -> Change:
    """One of its messages, told otherwise."""

    def change(rows: dict[str, Any]) -> None:
        found = next(one for one in rows["events"] if one["kind"] == "message_sent")
        found["payload"].update(payload)

    return change


def repeated(name: str, times: int, key: str = "") -> Change:
    """Each with a name of its own, so that only their number is wrong."""

    def change(rows: dict[str, Any]) -> None:
        one = rows[name][0]
        more = [{**one, key: f"more-{at}" if key == "key" else at} if key else one for at in range(100, 100 + times)]
        rows[name] = [*rows[name], *more][:times]

    return change


def reviewed(rows: dict[str, Any], step: str) -> dict[str, Any]:
    payload = {"job": rows["job"]["id"], "step": step, "of": "phase 1", "title": "A fault.", "text": "a.js"}
    return {"kind": "review_found", "payload": payload, "created_at": rows["job"]["created_at"]}


def spoken(role: str, text: str) -> Change:
    def change(rows: dict[str, Any]) -> None:
        next(one for one in rows["messages"] if one["role"] == role)["text"] = text

    return change


def twice(name: str) -> Change:
    return lambda rows: rows[name].append(rows[name][0])


MADE_UP: dict[str, Change] = {
    "a path that leaves": put("staged", "../../etc/passwd"),
    "a path from the root": put("staged", "/etc/passwd"),
    "a path of git's": put("made", ".git/hooks/pre-commit"),
    "a path with a drive": put("base", "C:/windows"),
    "names that only differ in case": put("staged", "INDEX.html"),
    "a file in a file": put("staged", "index.html/x"),
    "a hash that is none": setting("trees", "base", to={"a.txt": ["zz", 1, False]}),
    "a size that is none": setting("trees", "base", to={"a.txt": ["0" * 64, -1, False]}),
    "a file without its content": setting("trees", "base", to={"a.txt": ["0" * 64, 1, False]}),
    "a version of nothing": setting("trees", "staged", to=None),
    "a job that runs": setting("job", "state", to="running"),
    "a job that waits": setting("job", "state", to="paused"),
    "a failed job without a reason": setting("job", "state", to="failed"),
    "a push": setting("job", "kind", to="push"),
    "a moment without a zone": setting("job", "finished_at", to="2026-01-01T00:00:00"),
    "a moment beyond": setting("job", "finished_at", to="9999-12-31T23:59:59+00:00"),
    "no end": setting("job", "finished_at", to=None),
    "money that is none": setting("job", "spent", to="NaN"),
    "more money than there is": setting("job", "spent", to="1e30"),
    "a field that nobody knows": setting("job", "lease_token", to="x"),
    "a plan that is none": setting("job", "blueprint", to={"name": "x"}),
    "a plan that leaves": setting("job", "blueprint", "phases", 0, "files", 0, "path", to="../x"),
    "a plan of files that is none": setting("job", "plan", to=[{"title": "x", "files": ["x"]}]),
    "a title that never ends": setting("job", "title", to="x" * 121),
    "a letter that nothing can keep": setting("job", "title", to="a\0b"),
    "half a letter": setting("job", "title", to="a\ud800b"),
    "a step of a strange name": setting("steps", 0, "key", to="<b>"),
    "a step that ended and does not say when": setting("steps", 0, "finished_at", to=None),
    "two steps of one name": twice("steps"),
    "two attempts of one number": twice("attempts"),
    "two messages of one name": twice("messages"),
    "a call more than there is": twice("calls"),
    "a call of no step": setting("calls", 0, "step", to="elsewhere"),
    "a number beyond its column": setting("calls", 0, "input_tokens", to=2**40),
    "a number that is a text": setting("calls", 0, "attempt", to="1"),
    "an event of no kind": setting("events", 0, "kind", to="nonsense"),
    "an event that shows elsewhere": setting("events", 0, "kind", to="phase_changed"),
    "an event that lacks something": setting("events", 0, "payload", to={}),
    "an event with more": event(surprise="x"),
    "an event of another kind": event(text={"a": 1}),
    "a message that is not there": event(message="00000000-0000-0000-0000-000000000000"),
    "a number that is not one": setting("steps", 0, "output", to={"a": float("nan")}),
    "a number without end": setting("steps", 0, "output", to={"a": float("inf")}),
    "a number as long as a book": setting("steps", 0, "output", to={"a": 10**400}),
    "more rows than anybody made": setting("messages", to=[{}] * 501),
    "more steps than anybody takes": repeated("steps", 501, "key"),
    "more attempts than anybody makes": repeated("attempts", 501, "number"),
    "more events than anybody tells": repeated("events", 2001),
    "more asked for than anybody may say": setting("job", "input", "text", to="x" * 20_001),
    "a longer wish than anybody may have": setting("job", "input", "wish", to="x" * 20_001),
    "more said than anybody may say": spoken("user", "x" * 20_001),
    "a review of no step": lambda rows: rows["events"].append(reviewed(rows, 'x" id="stage')),
    "a review of a step with a space": lambda rows: rows["events"].append(reviewed(rows, "review-1 b")),
    "an install": setting("job", "kind", to="install"),
}  # fmt: skip


@pytest.mark.parametrize("change", MADE_UP.values(), ids=MADE_UP.keys())
def test_rows_that_somebody_made_up(parcel: bytes, project: Project, owner: User, change: Change):
    """With a list that says so: only what it is for tells that it is wrong."""
    try:
        parts = sealed(changed(parcel, change))
    except (TypeError, AttributeError):
        parts = changed(parcel, change)
    assert refusal(zipped(parts), owner, project).endswith(".")


def test_a_review_that_is_one_is_taken(parcel: bytes, owner: User):
    parts = changed(parcel, lambda rows: rows["events"].append(reviewed(rows, "review-1")))
    came = parcels.make(zipped(sealed(parts)), by=owner)
    assert Event.objects.get(job_ref=came.pk, kind="review_found").payload["step"] == "review-1"


def test_nested_deeper_than_anybody_nests(parcel: bytes, project: Project, owner: User):
    deep = b'{"a":' * 100 + b"1" + b"}" * 100
    refusal(zipped(sealed({**parts_of(parcel), "calls/0001.json": deep})), owner, project)


def given(**changed: Any) -> bytes:
    counts = dict.fromkeys(("room", "tokens", "messages", "condensed", "unsaid"), 1)
    return json.dumps({"given": {**counts, "whole": [], "outlined": [], "left_out": [], **changed}}).encode()


def test_what_a_call_was_given_is_taken(parcel: bytes, owner: User):
    came = parcels.make(zipped(sealed({**parts_of(parcel), "calls/0001.json": given(left_out=["a"])})), by=owner)
    told = Generation.objects.get(job=came, request__given__room=1)
    assert WholeGenerationOut.resolve_given(told, None) == json.loads(given(left_out=["a"]))["given"]


@pytest.mark.parametrize(
    "asked",
    [
        b"[]", b'"x"', b'{"begun": "x"}', b'{"begun": {"path": "a"}}', b'{"left_out": [1]}', b'{"stacks": {"a": 1}}',
        b'{"given": 7}', b'{"given": {}}', b'{"given": {"room": "1"}}', given(whole=[1]), given(messages=None),
    ],
)  # fmt: skip
def test_a_request_of_which_no_replay_makes_anything(parcel: bytes, project: Project, owner: User, asked: bytes):
    refusal(zipped(sealed({**parts_of(parcel), "calls/0001.json": asked})), owner, project)


def test_a_message_is_told_in_its_own_words_and_in_nobodys_name(parcel: bytes, owner: User):
    def forged(rows: dict[str, Any]) -> None:
        for one in rows["events"]:
            if one["kind"] == "message_sent":
                one["payload"].update(author="Alice", role="user", text="Pay me.")

    came = parcels.make(zipped(sealed(changed(parcel, forged))), by=owner)
    sent = [event.payload for event in Event.objects.filter(job_ref=came.pk, kind="message_sent").order_by("seq")]
    by_id = {str(message.pk): message for message in Message.objects.filter(job=came)}
    assert [(one["role"], one["text"]) for one in sent] == [
        (by_id[one["message"]].role, by_id[one["message"]].text) for one in sent
    ]
    assert {(one["role"], one["author"]) for one in sent} == {("user", ""), ("assistant", "Djinn")}


def test_a_reply_that_is_no_text(parcel: bytes, project: Project, owner: User):
    refusal(zipped(sealed({**parts_of(parcel), "calls/0001.txt": b"\xff\xfe"})), owner, project)
    refusal(zipped(sealed({**parts_of(parcel), "calls/0001.txt": b"a\0b"})), owner, project)
