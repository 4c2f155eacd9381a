"""Imports, forks, remotes, pushes."""

from django.core.files.uploadedfile import SimpleUploadedFile

from agents.lifecycle import artifacts, leases, moves
from agents.models import Job
from agents.services import chores, exports
from projects.models import Remote
from projects.services import changesets, contents, remotes
from projects.services.staging import Content
from tests.doors.rows import (
    API_EDITORS,
    API_OWNERS,
    API_SIGNED_IN,
    API_VIEWERS,
    EDITORS,
    OWNERS,
    SIGNED_IN,
    VIEWERS,
    Row,
)
from tests.doors.world import World
from tests.projects.imports.zips import make

PROJECT = "p/<slug:owner>/<slug:project>/"
REMOTES = f"{PROJECT}settings/remotes/"
API = "api/v2/projects/<uuid:project>/"
URL = "https://git.example.com/a/b.git"
BUNDLE = {"Content-Type": "application/x-git-bundle"}
ZIP = make(("a.txt", b"1")).getvalue()


def remote(world: World) -> Remote:
    found = world.people.project.remotes.first()
    return found or remotes.add(world.people.project, name="origin", url=URL, by=world.people.owner)


def remote_id(world: World) -> str:
    return str(remote(world).pk)


def chore_id(world: World) -> str:
    return str(chores.push(remote(world), by=world.people.owner).pk)


def packed(world: World) -> Job:
    """An export that is done, by a worker that this stands for."""
    found = Job.objects.filter(project=world.project, kind="export", state="completed").first()
    if found is not None:
        return found
    job = exports.ask(world.project, "zip", by=world.people.owner)
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    [kept] = contents.keep([b"zipped"])
    with leases.hold(lease) as held:
        moves.begin(held)
        artifacts.record(held, kept, name="garden.zip", media_type="application/zip")
        moves.complete(held, output={})
    return job


def packed_id(world: World) -> str:
    return str(packed(world).pk)


def artifact_id(world: World) -> str:
    return str(packed(world).artifacts.get().pk)


def diff_id(world: World) -> str:
    changes = [("more.txt", Content(b"more"))]
    return str(changesets.propose(world.people.main, changes, by=world.people.owner, title="More").pk)


def zipped(world: World) -> dict[str, object]:
    return {"file": SimpleUploadedFile("a.zip", ZIP), "mode": "add"}


BODY, HEADERS = ZIP, {"Content-Type": "application/zip"}
BRING = {"url": URL, "name": "", "username": "", "password": ""}

ROWS = (
    Row("GET import/", SIGNED_IN),
    Row("POST import/file/", SIGNED_IN, body=zipped),
    Row("POST import/address/", SIGNED_IN, body=BRING),
    Row(f"GET {PROJECT}import/", EDITORS),
    Row(f"POST {PROJECT}import/", EDITORS, body=zipped),
    Row(f"GET {PROJECT}fork/", VIEWERS),
    Row(f"POST {PROJECT}fork/", VIEWERS, body={"name": "Mine"}),
    Row(f"GET {REMOTES}", OWNERS),
    Row(f"POST {REMOTES}", OWNERS, body={"name": "backup", "url": URL}),
    Row(f"GET {REMOTES}<uuid:remote_id>/", OWNERS, fill={"remote_id": remote_id}),
    Row(f"POST {REMOTES}<uuid:remote_id>/", OWNERS, fill={"remote_id": remote_id}, body={"name": "b", "url": URL}),
    Row(f"POST {REMOTES}<uuid:remote_id>/remove/", OWNERS, fill={"remote_id": remote_id}),
    Row(f"POST {REMOTES}<uuid:remote_id>/push/", OWNERS, fill={"remote_id": remote_id}),
    Row("POST api/v2/imports/zip", API_SIGNED_IN, body=BODY, headers=HEADERS),
    Row("POST api/v2/imports/bundle", API_SIGNED_IN, body=b"# v2 git bundle\n", headers=BUNDLE, good=(422,)),
    Row("POST api/v2/imports/git", API_SIGNED_IN, body={"url": URL}),
    Row(f"POST {API}imports/zip", API_EDITORS, body=BODY, headers=HEADERS, query="?mode=add"),
    Row(f"GET {API}exports/zip", API_VIEWERS),
    Row(f"GET {API}exports/bundle", API_VIEWERS),
    Row(f"POST {API}forks", API_VIEWERS, body={}),
    Row(f"GET {API}remotes", API_OWNERS),
    Row(f"POST {API}remotes", API_OWNERS, body={"name": "backup", "url": URL}),
    Row(f"GET {API}remotes/<uuid:remote>", API_OWNERS, fill={"remote": remote_id}),
    Row(f"PATCH {API}remotes/<uuid:remote>", API_OWNERS, fill={"remote": remote_id}, body={"name": "b"}),
    Row(f"DELETE {API}remotes/<uuid:remote>", API_OWNERS, fill={"remote": remote_id}),
    Row(f"POST {API}remotes/<uuid:remote>/push", API_OWNERS, fill={"remote": remote_id}),
    Row(f"POST {API}exports", API_EDITORS, body={"form": "zip"}),
    Row(f"POST {API}diffs/<uuid:diff>/apply-later", API_EDITORS, fill={"diff": diff_id}, body={"seen": 1}),
    Row("GET api/v2/jobs/<uuid:job>/artifacts", API_VIEWERS, fill={"job": packed_id}),
    Row(
        "GET api/v2/jobs/<uuid:job>/artifacts/<uuid:artifact>/download",
        API_VIEWERS,
        fill={"job": packed_id, "artifact": artifact_id},
    ),
    Row(f"GET {API}chores", API_VIEWERS),
    Row(f"GET {API}chores/<uuid:chore>", API_VIEWERS, fill={"chore": chore_id}),
)
