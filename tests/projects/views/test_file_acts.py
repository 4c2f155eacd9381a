from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from projects.models import Version
from projects.services import branches, files
from tests.people import People

LIST = "/p/owner/night-garden/files/"


@pytest.fixture
def people(people: People) -> People:
    files.save(people.main, "src/a.txt", b"\xef\xbb\xbfone\r\ntwo\nthree\r\nfour\r\nfive\r\nsix\r\n", by=people.owner)
    return people


@pytest.fixture
def editor(people: People) -> Client:
    return signed_in(people, "editor")


def signed_in(people: People, role: str) -> Client:
    client = Client()
    client.force_login(people.by_role(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(people: People, path: str = "src/a.txt") -> bytes:
    return files.read(files.manifest(people.main), path)


def seen(people: People, path: str = "src/a.txt") -> str:
    return files.state_of(files.manifest(people.main), path)


def form(editor: Client, path: str = "src/a.txt") -> dict[str, Any]:
    return dict(editor.get(f"{LIST}edit/?path={path}").context["form"].initial)


def test_a_text_that_comes_back_as_browsers_send_it_changes_only_what_was_edited(people: People, editor: Client):
    sent = form(editor)
    assert sent["text"] == "one\ntwo\nthree\nfour\nfive\nsix\n"
    sent["text"] = sent["text"].replace("three", "THREE").replace("\n", "\r\n")
    answer = editor.post(f"{LIST}edit/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}src/a.txt")
    assert read(people) == b"\xef\xbb\xbfone\r\ntwo\nTHREE\r\nfour\r\nfive\r\nsix\r\n"


def test_an_edit_over_somebody_elses_is_joined_and_shown_before_it_is_saved(people: People, editor: Client):
    sent = form(editor)
    files.save(people.main, "src/a.txt", read(people).replace(b"one", b"ONE"), by=people.owner)
    page = editor.post(f"{LIST}edit/", {**sent, "text": sent["text"].replace("six", "SIX")})
    assert page.status_code == 409
    assert b"six" in read(people)
    again = page.context["form"].initial
    assert again["text"] == "ONE\ntwo\nthree\nfour\nfive\nSIX\n"
    assert editor.post(f"{LIST}edit/", again).status_code == 302
    assert read(people) == b"\xef\xbb\xbfONE\r\ntwo\nthree\r\nfour\r\nfive\r\nSIX\r\n"


def test_two_changes_of_one_line_are_shown_and_a_person_chooses(people: People, editor: Client):
    sent = form(editor)
    files.save(people.main, "src/a.txt", b"theirs\r\n", by=people.owner)
    page = editor.post(f"{LIST}edit/", {**sent, "text": "mine\n"})
    assert (page.status_code, page.context["clash"].joined) == (409, None)
    assert b"theirs" in page.content
    assert page.context["form"].initial["text"] == "mine\n"
    assert read(people) == b"theirs\r\n"
    editor.post(f"{LIST}edit/", page.context["form"].initial)
    assert read(people) == b"mine\r\n"


def test_a_file_that_was_deleted_meanwhile_can_be_made_again(people: People, editor: Client):
    sent = form(editor)
    files.delete(people.main, "src/a.txt", by=people.owner)
    page = editor.post(f"{LIST}edit/", sent)
    assert (page.status_code, page.context["clash"].current) == (409, "")
    assert editor.post(f"{LIST}edit/", page.context["form"].initial).status_code == 302
    assert read(people).startswith(b"one")


def test_a_hash_opens_nothing_that_never_stood_there(people: People, editor: Client):
    """Nobody learns what is in a content by naming its hash."""
    version = files.save(people.main, "other.txt", b"\xef\xbb\xbfa secret\r\n", by=people.owner)
    assert version.number == 2
    sent = {**form(editor), "seen": seen(people, "other.txt"), "text": "a secret\n"}
    page = editor.post(f"{LIST}edit/", sent)
    assert (page.status_code, page.context["clash"].joined) == (409, None)


def test_a_new_file_replaces_none(people: People, editor: Client):
    assert editor.post(f"{LIST}new/", {"path": "src/new.txt", "text": "new\r\n"}).status_code == 302
    assert read(people, "src/new.txt") == b"new\n"
    assert editor.post(f"{LIST}new/", {"path": "src/a.txt", "text": "x"}).status_code == 409
    page = editor.post(f"{LIST}new/", {"path": "../x", "text": "kept"})
    assert (page.status_code, page.context["form"]["text"].value()) == (422, "kept")
    assert b"leaves its folder" in page.content


@pytest.mark.parametrize("path", ["none.txt", "src", "logo.png", "long.txt", ""])
def test_what_is_no_text_for_a_form_is_not_edited(people: People, editor: Client, path: str):
    files.save(people.main, "logo.png", b"\x89PNG\0", by=people.owner)
    files.save(people.main, "long.txt", b"a" * (1024 * 1024 + 1), by=people.owner)
    assert editor.get(f"{LIST}edit/?path={path}").status_code == 404


def test_a_file_is_moved_and_the_move_taken_back(people: People, editor: Client):
    assert b"Move or delete the folder src" in editor.get(f"{LIST}move/?path=src/a.txt").content
    sent = {"path": "src/a.txt", "seen": seen(people), "target": "lib/b.txt"}
    answer = editor.post(f"{LIST}move/", sent)
    assert answer["Location"] == f"{LIST}?undo=2"
    assert list(files.manifest(people.main)) == ["lib/b.txt"]
    assert b"Undo version 2" in editor.get(answer["Location"]).content
    editor.post(f"{LIST}undo/", {"version": 2})
    assert list(files.manifest(people.main)) == ["src/a.txt"]


def test_a_folder_is_deleted_as_it_was_seen_and_brought_back(people: People, editor: Client):
    sent = {"path": "src", "seen": seen(people, "src")}
    files.save(people.main, "src/new.txt", b"new", by=people.owner)
    editor.post(f"{LIST}delete/", sent)
    assert len(files.manifest(people.main)) == 2
    editor.post(f"{LIST}delete/", {"path": "src", "seen": seen(people, "src")})
    assert files.manifest(people.main) == {}
    editor.post(f"{LIST}undo/", {"version": 3})
    assert len(files.manifest(people.main)) == 2


def test_nothing_is_taken_back_that_others_built_on(people: People, editor: Client):
    editor.post(f"{LIST}delete/", {"path": "src/a.txt", "seen": seen(people)})
    files.save(people.main, "b.txt", b"later", by=people.owner)
    editor.post(f"{LIST}undo/", {"version": 2})
    assert list(files.manifest(people.main)) == ["b.txt"]
    for wrong in ("", "x", "-1", "9" * 30):
        assert editor.post(f"{LIST}undo/", {"version": wrong}).status_code == 404
    assert editor.post(f"{LIST}undo/", {"version": "77"}).status_code == 302
    assert editor.post(f"{LIST}undo/", {"version": "1"}).status_code == 302
    assert Version.objects.count() == 3


def test_a_move_that_is_refused_says_why(people: People, editor: Client):
    page = editor.post(f"{LIST}move/", {"path": "src/a.txt", "seen": seen(people), "target": "src/a.txt/b"})
    assert page.status_code == 422
    assert b"is inside what is to be moved" in page.content
    assert editor.get(f"{LIST}move/?path=none").status_code == 404


def test_many_files_are_uploaded_at_once(people: People, editor: Client):
    def send(**more: str) -> Any:
        chosen = [SimpleUploadedFile(name, name.encode()) for name in ("a.txt", "b.txt")]
        return editor.post(f"{LIST}upload/", {"chosen": chosen, "folder": "src", **more})

    refused = send()
    assert refused.status_code == 422
    assert b"src/a.txt is there already" in refused.content
    assert send(replace="on").status_code == 302
    assert (read(people), read(people, "src/b.txt"), Version.objects.count()) == (b"a.txt", b"b.txt", 2)
    assert editor.post(f"{LIST}upload/", {"folder": ""}).status_code == 422


def test_a_folder_is_made(people: People, editor: Client):
    assert editor.post(f"{LIST}new-folder/", {"path": "notes/"}).status_code == 302
    assert "notes/.gitkeep" in files.manifest(people.main)
    assert editor.post(f"{LIST}new-folder/", {"path": "src"}).status_code == 422


def test_acts_stay_on_their_branch(people: People, editor: Client):
    branches.create(people.project, "idea", by=people.owner)
    editor.post(f"{LIST}new/?branch=idea", {"path": "b.txt", "text": "b"})
    assert "b.txt" not in files.manifest(people.main)
    page = editor.get(f"{LIST}?branch=idea")
    assert [file.path for file in page.context["files"]] == ["b.txt", "src/a.txt"]
    assert editor.get(f"{LIST}?branch=none").status_code == 404


@pytest.mark.parametrize("act", ["edit/?path=src/a.txt", "new/", "move/?path=src/a.txt", "upload/", "new-folder/"])
def test_only_editors_act(people: People, act: str):
    assert signed_in(people, "editor").get(LIST + act).status_code == 200
    assert signed_in(people, "viewer").get(LIST + act).status_code == 403
    assert signed_in(people, "stranger").get(LIST + act).status_code == 404
