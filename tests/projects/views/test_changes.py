import re

import pytest
from django.test import Client

from projects.enums import AuthorKind
from projects.models import Change, ChangeSet, Version
from projects.services import branches, changesets, files, review
from projects.services.staging import Content
from projects.store import trees
from tests.people import People
from tests.ui import history

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def home(people: People, client: Client) -> str:
    history.make(people)
    client.force_login(people.editor, backend=BACKEND)
    return f"/p/{people.owner.handle}/{people.project.slug}/changes/"


def change(changeset: ChangeSet, path: str) -> Change:
    return changeset.changes.select_related("after").get(path=path)


def decision(changeset: ChangeSet, path: str, **button: str) -> dict[str, str]:
    return {"path": path, "seen": change(changeset, path).after_id or "", **button}


def seen(changeset: ChangeSet) -> int:
    changeset.refresh_from_db()
    return changeset.revision


def test_the_list_shows_what_waits_and_what_was_decided(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    assert f"{home}{waiting.pk}/" in client.get(home).content.decode()
    applied = client.get(f"{home}?state=applied").content.decode()
    assert str(waiting.pk) not in applied
    assert "Edit index.html" in applied
    assert client.get(f"{home}?state=nonsense&page=99").status_code == 200


def test_what_was_decided_about_a_branch_is_there_after_it(people: People, client: Client, home: str):
    branches.delete(branches.find(people.project, "ideas/moonlight"), by=people.editor)
    applied = client.get(f"{home}?state=applied").content.decode()
    assert "ideas/moonlight, deleted since" in applied
    gone = ChangeSet.objects.get(branch_name="ideas/moonlight")
    assert "ideas/moonlight, deleted since" in client.get(f"{home}{gone.pk}/").content.decode()


def test_one_is_shown_diff_first(people: People, client: Client, home: str):
    page = client.get(f"{home}{history.waiting(people).pk}/").content.decode()
    assert "Fifth line of the garden" in page
    assert "This is not text" in page
    assert page.count('name="csrfmiddlewaretoken"') > 4
    assert "Applying takes what is approved" in page


def test_viewers_see_no_buttons(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    client.force_login(people.viewer, backend=BACKEND)
    page = client.get(f"{home}{waiting.pk}/").content.decode()
    assert 'name="approved"' not in page
    assert "Reject all" not in page


def test_a_file_and_a_part_are_decided_about(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    there = f"{home}{waiting.pk}/"
    answer = client.post(f"{there}decide/", decision(waiting, "new/lantern.svg", approved=""))
    assert answer.headers["Location"] == f"{there}#file-{trees.path_id('new/lantern.svg')}"
    assert change(waiting, "new/lantern.svg").decision == "approved"
    part = review.parts_of(change(waiting, "index.html"))[1].id
    client.post(f"{there}decide/", decision(waiting, "index.html", rejected=part))
    assert sorted(change(waiting, "index.html").hunks.values()) == ["approved", "rejected"]
    client.post(f"{there}decide/", decision(waiting, "index.html", undecided=""))
    assert change(waiting, "index.html").hunks == {}


def test_htmx_gets_the_file_and_the_tally_alone(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    answer = client.post(
        f"{home}{waiting.pk}/decide/", decision(waiting, "picture.png", approved=""), headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert re.findall(r' id="(file-\w+|tally)"', page) == [f"file-{trees.path_id('picture.png')}", "tally"]
    assert "<html" not in page
    assert "HX-Refresh" not in answer.headers
    closed = client.post(
        f"{home}{waiting.pk}/decide/",
        decision(waiting, "picture.png", approved="0" * 16),
        headers={"HX-Request": "true"},
    )
    assert closed.headers["HX-Refresh"] == "true"


def test_what_is_approved_is_applied_and_the_rest_waits(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    client.post(f"{home}{waiting.pk}/apply/", {"message": "The first half", "seen": seen(waiting)})
    waiting.refresh_from_db()
    assert waiting.state == "applied"
    assert [made.message for made in Version.objects.filter(changesets=waiting)] == ["The first half"]
    text = files.read(files.manifest(people.main), "index.html").decode()
    assert "Fifth line of" in text
    assert "Fortieth line of" not in text
    assert "notes.txt" in files.manifest(people.main)
    rest = ChangeSet.objects.get(state="open")
    assert sorted(one.path for one in rest.changes.all()) == ["index.html", "new/lantern.svg", "picture.png"]


def test_all_of_it_is_rejected(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    assert client.post(f"{home}{waiting.pk}/reject/").status_code == 404
    late = client.post(f"{home}{waiting.pk}/reject/", {"seen": seen(waiting) - 1}, follow=True).content.decode()
    assert "was changed since you looked at it" in late
    page = client.get(f"{home}{waiting.pk}/").content.decode()
    assert page.count(f'<input type="hidden" name="seen" value="{seen(waiting)}"') == 2
    assert client.post(f"{home}{waiting.pk}/reject/", {"seen": seen(waiting)}).headers["Location"] == home
    waiting.refresh_from_db()
    assert waiting.state == "rejected"
    assert "Reject all" not in client.get(f"{home}{waiting.pk}/").content.decode()


def test_a_staged_file_is_edited_and_keeps_its_line_ends(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    changesets.stage(waiting, "windows.txt", b"one\r\ntwo\r\n")
    assert _edit(client, f"{home}{waiting.pk}/", waiting, "windows.txt", "one\r\n2\r\n") == b"one\r\n2\r\n"
    assert _edit(client, f"{home}{waiting.pk}/", waiting, "new/lantern.svg", "\r\n<svg/>\r\n") == b"\n<svg/>\n"
    assert client.get(f"{home}{waiting.pk}/edit/?path=none").status_code == 404
    assert client.get(f"{home}{waiting.pk}/edit/?path=picture.png").status_code == 404


def test_of_two_who_edit_a_staged_file_nobody_loses_a_word(people: People, client: Client, home: str):
    waiting, other = history.waiting(people), Client()
    other.force_login(people.owner, backend=BACKEND)
    address, path = f"{home}{waiting.pk}/edit/?path=new/lantern.svg", "new/lantern.svg"
    saw = change(waiting, path).after_id
    other.post(address, {"text": "<svg>hers & only hers</svg>\r\n", "seen": saw})
    late = client.post(address, {"text": "<svg>his</svg>\r\nand more\r\n", "seen": saw})
    page = late.content.decode()
    assert late.status_code == 409
    assert "has changed since it was read" in page
    assert "&lt;svg&gt;his&lt;/svg&gt;\nand more" in page.split("<textarea")[1].replace("\r\n", "\n")
    assert "hers &amp; only hers" in page.split("<textarea")[0]
    assert staged(waiting, path) == b"<svg>hers & only hers</svg>\n"
    [now] = re.findall(r'name="seen" value="(\w+)"', page)
    assert now == change(waiting, path).after_id
    assert client.post(address, {"text": "<svg>both</svg>\r\n", "seen": now}).status_code == 302
    assert staged(waiting, path) == b"<svg>both</svg>\n"


def test_whatever_else_stands_against_an_edit_the_text_comes_back(people: People, client: Client, home: str):
    waiting, path = history.waiting(people), "new/lantern.svg"
    address, saw = f"{home}{waiting.pk}/edit/?path={path}", change(waiting, path).after_id
    changesets.stage(waiting, path, b"\0\xff")
    late = client.post(address, {"text": "<svg>his</svg>", "seen": saw})
    assert (late.status_code, "&lt;svg&gt;his" in late.content.decode()) == (409, True)
    review.reject(waiting, by=people.owner)
    late = client.post(address, {"text": "<svg>his</svg>", "seen": change(waiting, path).after_id or ""})
    assert (late.status_code, "&lt;svg&gt;his" in late.content.decode()) == (422, True)
    gone = client.post(f"{home}{waiting.pk}/edit/?path=none", {"text": "<svg>his</svg>", "seen": saw})
    assert (gone.status_code, "&lt;svg&gt;his" in gone.content.decode()) == (422, True)


def staged(changeset: ChangeSet, path: str) -> bytes:
    return files.read(files.working_manifest(changeset), path)


def _edit(client: Client, home: str, changeset: ChangeSet, path: str, text: str) -> bytes:
    seen = change(changeset, path).after_id
    assert f'value="{seen}"' in client.get(f"{home}edit/?path={path}").content.decode()
    client.post(f"{home}edit/?path={path}", {"text": text, "seen": seen})
    return files.read(files.working_manifest(changeset), path)


def test_a_clash_is_shown_with_both_sides_and_resolved(people: People, client: Client, home: str):
    clashing = history.clashing(people)
    page = client.get(f"{home}{clashing.pk}/").content.decode()
    assert "Number five of" in page
    assert "The 5th of" in page
    refused = client.post(f"{home}{clashing.pk}/apply/", {"seen": seen(clashing)}, follow=True).content.decode()
    assert "Both sides changed the same lines of index.html" in refused
    looked = review.looked(clashing)
    assert f'name="head" value="{looked.head}"' in page
    both = {"seen": looked.revision, "head": looked.head}
    refused = client.post(f"{home}{clashing.pk}/resolve/", both, follow=True).content.decode()
    assert "Both sides changed" in refused
    assert client.post(f"{home}{clashing.pk}/resolve/", {"take:index.html": "change"}).status_code == 404
    late = {**both, "take:index.html": "change", "head": looked.head - 1}
    refused = client.post(f"{home}{clashing.pk}/resolve/", late, follow=True).content.decode()
    assert "has moved since you looked" in refused
    answer = client.post(f"{home}{clashing.pk}/resolve/", {**both, "take:index.html": "change"})
    following = ChangeSet.objects.get(state="open")
    assert answer.headers["Location"] == f"{home}{following.pk}/"
    client.post(answer.headers["Location"] + "apply/", {"seen": seen(following)})
    assert "The 5th of" in files.read(files.manifest(people.main), "index.html").decode()


def propose(people: People, contents: dict[str, bytes]) -> ChangeSet:
    pairs = ((path, Content(content)) for path, content in contents.items())
    return changesets.propose(people.main, pairs, by=people.editor, title="Much")


def test_a_page_of_thousands_of_files_and_of_huge_ones_has_an_end(people: People, client: Client, home: str):
    wide = ("<" * 5000 + "\n") * 40
    contents = {f"{n:04}.txt": b"%d\n" % n for n in range(100, 4990)}
    contents |= {f"000{n}.js": wide.encode() for n in range(9)} | {"0009.txt": b"z\n" * 2_500_000}
    much = propose(people, contents)
    there = f"{home}{much.pk}/"
    answer = client.get(there)
    page = answer.content.decode()
    assert page.count('class="hunk"') == 100
    assert len(answer.content) < 4 * 1024**2
    assert "This is too much to show line by line" in page
    assert "Of 1 file on this page not all lines are shown" not in page
    download = f"{there}file/?path=0009.txt"
    assert f'href="{download}"' in page
    fetched = client.get(download)
    assert fetched.content == contents["0009.txt"]
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"{there}file/?path=0009.txt&side=before").status_code == 404


def test_what_a_page_leaves_out_is_shown_by_itself(people: People, client: Client, home: str):
    much = propose(people, {f"{n}.txt": b"".join(b"%d\n" % line for line in range(2000)) for n in range(3)})
    there = f"{home}{much.pk}/"
    page = client.get(there).content.decode()
    assert "Of 2 files on this page not all lines are shown" in page
    assert "This page is full, so the lines of this file are left out" in page
    assert page.count('<td class="sign">+') == 3000
    alone = client.get(f"{there}?path=2.txt").content.decode()
    assert f'href="{there}?path=2.txt"' in page
    assert (alone.count('<td class="sign">+'), alone.count('class="hunk"')) == (2000, 1)
    assert f'href="{there}"' in alone
    assert client.get(f"{there}?path=3.txt").status_code == 404


def test_more_clashes_than_a_page_shows_are_resolved_in_one_go(people: People, client: Client, home: str):
    names = [f"many/{n:03}.txt" for n in range(130)]
    much = propose(people, dict.fromkeys(names, b"mine\n"))
    theirs = [(name, Content(b"theirs\n")) for name in names]
    files.save_all(people.main, theirs, by=people.owner, message="Meanwhile")
    there = f"{home}{much.pk}/"
    page = client.get(there).content.decode()
    assert "in 130 files the two" in page
    assert "30 more files" in page
    assert page.count('value="branch" required') == 101
    shown = {f"take:{name}": "branch" for name in names[:100]}
    looked = review.looked(much)
    client.post(f"{there}resolve/", shown | {"rest": "change", "seen": looked.revision, "head": looked.head})
    following = ChangeSet.objects.get(state="open", follows=much)
    assert sorted(following.changes.values_list("path", flat=True)) == names[100:]


def test_what_files_say_is_never_markup(people: People, client: Client, home: str):
    nasty = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.editor, title="<b>bold</b>")
    changesets.stage(nasty, "<img src=x onerror=alert(1)>.txt", b"<script>alert(1)</script>\n")
    page = client.get(f"{home}{nasty.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>bold" not in page


def test_one_decides_about_what_the_page_showed(people: People, client: Client, home: str):
    waiting = history.waiting(people)
    there, old = f"{home}{waiting.pk}/", decision(waiting, "new/lantern.svg", approved="")
    shown = client.get(there).content.decode()
    assert f'name="seen" value="{old["seen"]}"' in shown
    [revision] = set(re.findall(r'name="seen" value="(\d{1,9})"', shown))
    changesets.stage(waiting, "new/lantern.svg", b"<svg>something else</svg>\n")
    late = client.post(f"{there}decide/", old, follow=True).content.decode()
    assert "has changed since it was read" in late
    everything = {"approved": "", "seen": revision}
    for said in (
        client.post(f"{there}decide/", everything, follow=True),
        client.post(f"{there}apply/", {"seen": revision}, follow=True),
    ):
        assert "was changed since you looked at it" in said.content.decode()
    waiting.refresh_from_db()
    assert (waiting.state, change(waiting, "new/lantern.svg").decision) == ("open", "undecided")
    assert client.post(f"{there}decide/", {"path": "new/lantern.svg", "approved": ""}).status_code == 404
    assert client.post(f"{there}apply/", {}).status_code == 404
    client.post(f"{there}decide/", {"approved": "", "seen": seen(waiting)})
    assert {one.decision for one in waiting.changes.all()} == {"approved"}
