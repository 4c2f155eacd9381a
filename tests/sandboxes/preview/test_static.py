"""Apps without a build step, straight from the project's files."""

import pytest

from projects.enums import AuthorKind
from projects.services import changesets
from sandboxes.models import Sandbox
from sandboxes.preview import static
from sandboxes.runtime import lifecycle
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply
from tests.sandboxes.preview.conftest import Visitor


@pytest.fixture
def garden(make_app: MakeApp) -> Sandbox:
    return make_app(apps.STATIC)


def test_the_start_page_is_index_html(visitor: Visitor, garden: Sandbox) -> None:
    answer = visitor.get(garden)
    assert (answer.status_code, answer.text) == (200, apps.STATIC["index.html"])
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert visitor.woken == []


def test_a_style_sheet_has_its_type_and_a_folder_its_index(visitor: Visitor, garden: Sandbox) -> None:
    assert visitor.get(garden, "/style.css").headers["content-type"] == "text/css; charset=utf-8"
    assert visitor.get(garden, "/about/").text == apps.STATIC["about/index.html"]


def test_a_folder_without_its_slash_is_sent_to_it(visitor: Visitor, garden: Sandbox) -> None:
    answer = visitor.get(garden, "/about?a=1")
    assert (answer.status_code, answer.headers["location"]) == (302, "/about/?a=1")


def test_a_folder_cannot_be_made_another_site(visitor: Visitor, make_app: MakeApp) -> None:
    app = make_app({"index.html": "x", "evil.example/index.html": "y"})
    answer = visitor.get(app, "//evil.example")
    assert "//evil.example" not in answer.headers.get("location", "")


def test_what_a_visitor_has_already_is_not_sent_again(visitor: Visitor, garden: Sandbox) -> None:
    etag = visitor.get(garden, "/style.css").headers["etag"]
    again = visitor.get(garden, "/style.css", headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_an_open_change_set_is_shown_over_the_head(visitor: Visitor, garden: Sandbox) -> None:
    """With the very next visit: the page is told of a change once, and loads the app again then."""
    changeset = changesets.open(branch=garden.branch, author_kind=AuthorKind.AGENT)
    changesets.stage(changeset, "index.html", b"<h1>A new garden</h1>")
    assert visitor.get(garden).text == apps.STATIC["index.html"]
    lifecycle.show(garden, changeset)
    assert visitor.get(garden).text == "<h1>A new garden</h1>"
    changesets.reject(changeset, by=garden.project.owner)
    assert visitor.get(garden).text == apps.STATIC["index.html"]


def test_a_missing_page_is_the_projects_own_when_it_has_one(visitor: Visitor, garden: Sandbox) -> None:
    answer = visitor.get(garden, "/nowhere")
    assert (answer.status_code, "does not exist" in answer.text) == (404, True)
    apply(garden.branch, {"404.html": "<h1>Lost in the garden</h1>"})
    answer = visitor.get(garden, "/nowhere")
    assert (answer.status_code, answer.text) == (404, "<h1>Lost in the garden</h1>")


def test_an_empty_project_says_that_it_is_coming(visitor: Visitor, make_app: MakeApp) -> None:
    answer = visitor.get(make_app({}))
    assert (answer.status_code, 'http-equiv="refresh"' in answer.text) == (404, True)


@pytest.mark.parametrize(
    "path",
    [
        "/../index.html",
        "/../../etc/passwd",
        "/./style.css",
        "/style.css\0.html",
        "/etc/passwd",
        "//style.css",
        "\\style.css",
    ],
)
def test_hostile_paths_find_nothing(visitor: Visitor, garden: Sandbox, path: str) -> None:
    status, body = visitor.raw(garden, path)
    assert (status, b"does not exist" in body) == (404, True)


def test_it_is_only_read(visitor: Visitor, garden: Sandbox) -> None:
    assert visitor.ask("POST", garden, "/").status_code == 405
    head = visitor.ask("HEAD", garden, "/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(apps.STATIC["index.html"]))


def test_an_unknown_label_is_a_page_that_says_so(visitor: Visitor, garden: Sandbox) -> None:
    for label in ("a" * 26, "short"):
        garden.label = label
        answer = visitor.get(garden)
        assert (answer.status_code, "no preview here" in answer.text) == (404, True)


def test_an_archived_project_shows_nothing(visitor: Visitor, garden: Sandbox) -> None:
    from projects.services import projects

    projects.archive(garden.project, by=garden.project.owner)
    assert visitor.get(garden).status_code == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("a.MJS", "text/javascript; charset=utf-8"),
        ("logo.svg", "image/svg+xml; charset=utf-8"),
        ("a.woff2", "font/woff2"),
        ("LICENSE", "application/octet-stream"),
    ],
)
def test_types_come_from_names(path: str, kind: str) -> None:
    assert static.content_type(path) == kind
