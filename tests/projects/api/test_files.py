"""Files over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from projects.models import Version
from projects.services import files
from tests import people as people_of_tests
from tests.people import People
from tests.programs import Program, Programs, problem
from tests.threads import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    contents = {
        "README.md": b"# Moon\n",
        "src/a.txt": b"a\r\n",
        "src/deep/b.txt": b"b",
        "x.html": b"<script>1</script>",
    }
    pairs = [(path, files.Content(content)) for path, content in contents.items()]
    files.save_all(people.main, pairs, by=people.owner, message="Begin")
    return people


def at(people: People, path: str = "", noun: str = "files") -> str:
    return f"/projects/{people.project.pk}/{noun}" + (f"/{path}" if path else "")


def tag(people: People, path: str) -> str:
    return f'"{files.manifest(people.main)[path].sha256}"'


def test_files_are_listed_in_pages_with_their_etags(people: People, program: Programs):
    asks = program(people.viewer, "read")
    first = asks.get(at(people) + "?limit=3").json()
    assert [item["path"] for item in first["items"]] == ["README.md", "src/a.txt", "src/deep/b.txt"]
    assert first["items"][0] == {"path": "README.md", "size": 7, "executable": False, "etag": tag(people, "README.md")}
    rest = asks.get(at(people) + f"?limit=3&after={first['next']}").json()
    assert ([item["path"] for item in rest["items"]], rest["next"]) == (["x.html"], None)
    inside = asks.get(at(people) + "?folder=src/").json()
    assert [item["path"] for item in inside["items"]] == ["src/a.txt", "src/deep/b.txt"]


def test_a_list_costs_the_same_however_long(people: People, program: Programs, django_assert_num_queries):
    asks = program(people.viewer)
    asks.get(at(people))
    with django_assert_num_queries(4):  # token, member, branch, head
        asks.get(at(people))


def test_a_file_is_read_byte_for_byte_and_only_once(people: People, program: Programs):
    asks = program(people.viewer, "read")
    answer = asks.get(at(people, "src/a.txt"))
    assert (answer.content, answer.headers["ETag"]) == (b"a\r\n", tag(people, "src/a.txt"))
    again = asks.get(at(people, "src/a.txt"), If_None_Match=f'W/"x", {answer.headers["ETag"]}')
    assert (again.status_code, again.content) == (304, b"")
    for path in ("none.txt", "src", "src/a.txt/", "../x"):
        assert problem(asks.get(at(people, path)))["code"] == "not_found"
    assert problem(asks.get(at(people, "src/a.txt") + "?branch=other"))["code"] == "not_found"


def test_no_browser_runs_what_is_read(people: People, program: Programs):
    answer = program(people.viewer).get(at(people, "x.html"))
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''x.html"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_write_says_what_it_saw(people: People, program: Programs):
    asks, path = program(people.editor, "write"), at(people, "src/a.txt")
    assert problem(asks.put(path, b"b"))["code"] == "precondition_required"
    assert problem(asks.put(path, b"b", If_None_Match="*"))["current"] == tag(people, "src/a.txt")
    stale = asks.put(path, b"b", If_Match=f'"{"0" * 64}"')
    assert (stale.status_code, problem(stale)["current"]) == (412, tag(people, "src/a.txt"))
    for wrong in ("*", "abc", 'W/"' + "0" * 64 + '"', f"{tag(people, 'src/a.txt')}, {tag(people, 'x.html')}"):
        assert asks.put(path, b"b", If_Match=wrong).status_code == 422
    assert Version.objects.count() == 1
    written = asks.put(path, b"\0\xff", If_Match=tag(people, "src/a.txt"))
    assert (written.status_code, written.json()["version"]) == (200, 2)
    assert written.headers["ETag"] == written.json()["etag"] == tag(people, "src/a.txt")


def test_a_new_file_may_be_executable(people: People, program: Programs):
    asks = program(people.editor, "write")
    made = asks.put(at(people, "bin/run") + "?executable=true&message=Add+it", b"#!", If_None_Match="*")
    assert (made.status_code, made.json()["executable"]) == (201, True)
    assert Version.objects.get(number=2).message == "Add it"


BAD = ("a%2F..%2Fb", "%2Fabs", "a%5Cb", ".git/config", "a%00b", "README.MD", "src", "a//b", "%E2%80%AEtxt", "x" * 250)


@pytest.mark.parametrize("path", BAD)
def test_no_bad_path_is_written(people: People, program: Programs, path: str):
    answer = program(people.editor).put(at(people, path), b"b", If_None_Match="*")
    assert answer.status_code in {404, 422}
    assert Version.objects.count() == 1


def test_a_body_over_the_limit_is_refused(people: People, program: Programs):
    answer = program(people.editor).put(at(people, "big.bin"), bytes(5 * 1024 * 1024 + 1), If_None_Match="*")
    assert (answer.status_code, problem(answer)["code"]) == (413, "too_large")


def test_a_file_and_a_folder_are_deleted_as_they_were_seen(people: People, program: Programs):
    asks = program(people.editor)
    assert problem(asks.delete(at(people, "src/a.txt")))["code"] == "precondition_required"
    assert problem(asks.delete(at(people, "src/a.txt"), If_Match=tag(people, "x.html")))["code"] == "stale"
    assert asks.delete(at(people, "x.html"), If_Match=tag(people, "x.html")).status_code == 204
    folder = asks.get(at(people) + "?folder=src").headers["ETag"]
    assert asks.delete(at(people, "src"), If_Match=folder).status_code == 204
    assert list(files.manifest(people.main)) == ["README.md"]


def test_what_was_seen_as_nothing_is_no_folder(people: People, program: Programs):
    asks = program(people.editor)
    assert problem(asks.delete(at(people, "src"), If_None_Match="*"))["code"] == "stale"
    body = {"path": "src", "target": "elsewhere"}
    assert problem(asks.post(at(people, noun="file-moves"), body, If_None_Match="*"))["code"] == "stale"
    assert "src/a.txt" in files.manifest(people.main)


def test_another_upload_with_the_same_key_is_not_the_first(people: People):
    """From a browser, whose token against forgery is looked for in the form first."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.editor, backend="django.contrib.auth.backends.ModelBackend")
    token = client.get("/projects/").cookies["djinn_csrf"].value

    def send(name: str) -> Any:
        body = encode_multipart(BOUNDARY, {"files": [SimpleUploadedFile(name, b"1")]})
        path, headers = f"/api/v2{at(people, noun='file-uploads')}", {"X-CSRFToken": token, "Idempotency-Key": "k"}
        return client.generic("POST", path, body, MULTIPART_CONTENT, headers=headers)

    assert send("one.txt").status_code == 201
    assert problem(send("two.txt"))["code"] == "key_used"
    assert send("one.txt").headers["Idempotency-Replayed"] == "true"
    assert "one.txt" in files.manifest(people.main)


def test_a_move_replaces_nothing(people: People, program: Programs):
    asks, path = program(people.editor), at(people, noun="file-moves")
    body = {"path": "x.html", "target": "README.md"}
    assert problem(asks.post(path, body))["code"] == "precondition_required"
    assert problem(asks.post(path, body, If_Match=tag(people, "x.html")))["code"] == "stale"
    moved = asks.post(path, {**body, "target": "web/y.html"}, If_Match=tag(people, "x.html"))
    assert (moved.status_code, moved.json()) == (201, {"version": 2})
    assert "web/y.html" in files.manifest(people.main)


def test_a_folder_is_made(people: People, program: Programs):
    asks = program(people.editor)
    assert asks.post(at(people, noun="folders"), {"path": "notes"}).status_code == 201
    assert problem(asks.post(at(people, noun="folders"), {"path": "notes"}))["code"] == "invalid"


def upload(asks: Program, path: str, **contents: bytes) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in contents.items()]
    body = encode_multipart(BOUNDARY, {"files": sent})
    return asks("POST", path, body, Content_Type=MULTIPART_CONTENT)


def test_many_files_are_uploaded_as_one_version(people: People, program: Programs):
    asks, path = program(people.editor), at(people, noun="file-uploads")
    assert upload(asks, path + "?folder=src", one=b"1", two=b"\0").json() == {"version": 2}
    assert {"src/one", "src/two"} <= files.manifest(people.main).keys()
    told = problem(upload(asks, path + "?folder=src", one=b"2", three=b"3"))
    assert (told["code"], told["paths"]) == ("stale", ["src/one"])
    assert upload(asks, path + "?folder=src&replace=true", one=b"2", three=b"3").json() == {"version": 3}
    assert problem(upload(asks, path))["code"] == "wrong_state"
    assert problem(asks.post(path, {}))["code"] == "wrong_media_type"


def test_names_and_contents_are_searched(people: People, program: Programs):
    found = program(people.viewer, "read").get(at(people, noun="file-search") + "?words=MOON").json()
    assert (found["names"], found["more_lines"], found["left_out"]) == ([], False, 0)
    [line] = found["lines"]
    assert (line["path"], line["number"], line["text"][line["start"] : line["end"]]) == ("README.md", 1, "Moon")
    assert (line["before"], line["after"]) == ([], [{"number": 2, "text": ""}])
    named = program(people.viewer).get(at(people, noun="file-search") + "?words=deep+b").json()
    assert named["names"] == ["src/deep/b.txt"]
    assert problem(program(people.viewer).get(at(people, noun="file-search") + "?words=%20"))["code"] == "invalid"


@pytest.mark.parametrize("role", ["viewer", "stranger"])
def test_only_editors_write(people: People, program: Programs, role: str):
    asks = program(people.by_role(role))
    status = 403 if role == "viewer" else 404
    assert asks.put(at(people, "n"), b"", If_None_Match="*").status_code == status
    assert asks.delete(at(people, "x.html"), If_Match=tag(people, "x.html")).status_code == status
    assert asks.post(at(people, noun="folders"), {"path": "n"}).status_code == status
    assert upload(asks, at(people, noun="file-uploads"), one=b"1").status_code == status
    assert Version.objects.count() == 1


def test_of_writers_who_saw_the_same_one_wins(transactional_db: None, program: Programs):
    people = people_of_tests.gather()
    files.save(people.main, "a.txt", b"0", by=people.owner)
    asks, seen, answers = program(people.owner), tag(people, "a.txt"), list[int]()

    def write(number: int) -> None:
        answers.append(asks.put(at(people, "a.txt"), str(number).encode(), If_Match=seen).status_code)

    together(*(lambda number=number: write(number) for number in range(1, 6)))
    assert sorted(answers) == [200, 412, 412, 412, 412]
    assert Version.objects.count() == 2
    assert Client().get("/api/v2" + at(people)).status_code == 401
