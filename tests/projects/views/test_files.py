import pytest
from django.test import Client
from django.urls import reverse

from projects.services import files
from tests.people import People

LIST = "/p/owner/night-garden/files/"


@pytest.fixture
def people(people: People) -> People:
    files.save(people.main, "src/a.txt", b"hello <b>\nworld\n", by=people.owner)
    files.save(people.main, "logo.png", b"\x89PNG\0", by=people.owner)
    return people


def signed_in(people: People, role: str) -> Client:
    client = Client()
    client.force_login(people.by_role(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_addresses_are_the_promised_ones():
    assert reverse("projects:file-list", args=["owner", "night-garden"]) == LIST
    assert reverse("projects:file-read", args=["owner", "night-garden", "src/a.txt"]) == f"{LIST}src/a.txt"


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("editor", 200), ("viewer", 200), ("stranger", 404)])
@pytest.mark.parametrize("path", ["", "src/a.txt"])
def test_members_see_files_and_others_see_nothing(people: People, role: str, status: int, path: str):
    assert signed_in(people, role).get(LIST + path).status_code == status


@pytest.mark.parametrize("path", ["", "src/a.txt"])
def test_who_is_not_signed_in_is_sent_to_sign_in(people: People, path: str):
    response = Client().get(LIST + path)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={LIST}{path}")


@pytest.mark.parametrize("path", ["", "src/a.txt"])
def test_files_are_only_read_here(people: People, path: str):
    assert signed_in(people, "owner").post(LIST + path).status_code == 405


def test_the_list_names_every_file(people: People):
    page = signed_in(people, "viewer").get(LIST)
    assert [file.path for file in page.context["files"]] == ["logo.png", "src/a.txt"]
    assert b"<html" in page.content
    assert b'data-path="src/a.txt"' in page.content


def test_htmx_gets_the_same_as_a_piece(people: People):
    for path in ("", "src/a.txt"):
        piece = signed_in(people, "viewer").get(LIST + path, headers={"HX-Request": "true"})
        assert piece.status_code == 200
        assert b"<html" not in piece.content


def test_a_text_is_shown_escaped(people: People):
    page = signed_in(people, "viewer").get(f"{LIST}src/a.txt")
    assert (page.context["text"], page.context["lines"], page.context["size"]) == ("hello <b>\nworld\n", 2, 16)
    assert b"hello &lt;b&gt;" in page.content


def test_what_is_not_text_or_too_long_is_not_shown(people: People):
    files.save(people.main, "long.txt", b"a" * (1024 * 1024 + 1), by=people.owner)
    for path in ("logo.png", "long.txt"):
        assert signed_in(people, "viewer").get(LIST + path).context["text"] is None


@pytest.mark.parametrize("path", ["none.txt", "src", "../night-garden", "src/%2e%2e/src/a.txt"])
def test_what_is_not_there_is_not_found(people: People, path: str):
    assert signed_in(people, "viewer").get(LIST + path).status_code == 404


def test_a_list_takes_few_queries(people: People, django_assert_max_num_queries):
    client = signed_in(people, "viewer")
    with django_assert_max_num_queries(7):  # session, user, member, branch, head, all branches, whether they may edit
        client.get(LIST)


# --- bytes and searching -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["x.html", "x.svg", "x.js"])
def test_what_could_run_is_shown_raw_as_text(people: People, path: str):
    files.save(people.main, path, b"<html><script>alert(document.cookie)</script>", by=people.owner)
    raw = signed_in(people, "viewer").get(f"{LIST}raw/?path={path}")
    assert raw["Content-Type"] == "text/plain; charset=utf-8"
    assert raw["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert raw["X-Content-Type-Options"] == "nosniff"


def test_a_download_is_the_bytes_under_their_name(people: People):
    raw = signed_in(people, "viewer").get(f"{LIST}raw/?path=logo.png&download=1")
    assert (raw.content, raw["Content-Disposition"]) == (b"\x89PNG\0", "attachment; filename*=UTF-8''logo.png")
    for path in ("", "none", "src", "../x", "a%2Fb"):
        assert signed_in(people, "viewer").get(f"{LIST}raw/?path={path}").status_code == 404


def test_a_picture_is_shown(people: People):
    files.save(people.main, "real.png", b"\x89PNG\r\n\x1a\n\0", by=people.owner)
    page = signed_in(people, "viewer").get(f"{LIST}real.png")
    assert b'<img src="/p/owner/night-garden/files/raw/?path=real.png"' in page.content


def test_a_search_shows_names_and_lines_and_marks_what_was_found(people: People):
    files.save(people.main, "hello.txt", b"a\nsay HELLO <b>\n", by=people.owner)
    page = signed_in(people, "viewer").get(f"{LIST}search/?q=hello")
    assert page.context["names"].paths == ["hello.txt"]
    assert [(hit.path, hit.number) for hit in page.context["found"].hits] == [("hello.txt", 2), ("src/a.txt", 1)]
    assert b"say <mark>HELLO</mark> &lt;b&gt;" in page.content
    exact = signed_in(people, "viewer").get(f"{LIST}search/?q=hello&exact=on")
    assert [hit.path for hit in exact.context["found"].hits] == ["src/a.txt"]


@pytest.mark.parametrize("words", ["", "%20", "x" * 201, "a%0Ab"])
def test_a_search_for_nothing_says_so(people: People, words: str):
    page = signed_in(people, "viewer").get(f"{LIST}search/?q={words}")
    assert page.status_code == 200
    assert page.context["form"].errors
