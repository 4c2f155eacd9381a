"""Diffs, versions, checkpoints and branches."""

from projects.enums import AuthorKind
from projects.models import Branch, ChangeSet, Checkpoint
from projects.services import branches, changesets, checkpoints, files, versions
from tests.doors.rows import API_EDITORS, API_VIEWERS, EDITORS, VIEWERS, Row
from tests.doors.world import World

PAGE = "p/<slug:owner>/<slug:project>/"
API = "api/v2/projects/<uuid:project>"


def main_of(world: World) -> Branch:
    return Branch.objects.get(project=world.project, name="main")


def change(world: World) -> str:
    """An open change set over the first version."""
    waiting = ChangeSet.objects.filter(project=world.project, state="open").first()
    if waiting is None:
        waiting = changesets.open(branch=main_of(world), author_kind=AuthorKind.USER, by=world.people.owner, title="A")
        changesets.stage(waiting, "index.html", b"<h1>Bye</h1>\n")
    return str(waiting.pk)


def label(world: World) -> str:
    kept = Checkpoint.objects.filter(project=world.project).first()
    return str((kept or checkpoints.create(versions.find(world.project, 1), "Works", by=world.people.owner)).pk)


def idea(world: World) -> str:
    """A branch that has something that `main` has not."""
    if not Branch.objects.filter(project=world.project, name="idea").exists():
        branches.create(world.project, "idea", by=world.people.owner)
        files.save(branches.find(world.project, "idea"), "b.txt", b"b\n", by=world.people.owner)
    return "idea"


def label_of_old(world: World) -> str:
    """A checkpoint that the head is not at."""
    kept = label(world)
    files.save(main_of(world), "more.txt", b"more\n", by=world.people.owner)
    return kept


def old(world: World) -> int:
    label_of_old(world)
    return 1


def restore(world: World) -> dict[str, object]:
    return {"head": versions.number_of_head(main_of(world))}


def merge(world: World) -> dict[str, object]:
    name = idea(world)
    heads = (versions.number_of_head(branches.find(world.project, one)) for one in ("main", name))
    return dict(zip(("head", "source_head"), heads, strict=True)) | {"source": name}


def choices(world: World) -> dict[str, object]:
    change(world)
    return {"choices": [], "seen": 1, "head": versions.number_of_head(main_of(world))}


def both(world: World) -> dict[str, object]:
    return {"source": "main", "into": "main", "head": 1, "source_head": 1}


def seen(world: World) -> str:
    """What is staged for the first page."""
    return str(ChangeSet.objects.get(pk=change(world)).changes.get(path="index.html").after_id)


def staged(world: World) -> dict[str, object]:
    return {"content": "x\n", "seen": seen(world)}


def decision(world: World) -> dict[str, object]:
    return {"path": "index.html", "decision": "approved", "seen": seen(world)}


def approval(world: World) -> dict[str, object]:
    return {"path": "index.html", "approved": "", "seen": seen(world)}


PROPOSAL = {"title": "A", "changes": [{"path": "new.txt", "content": "new\n"}]}

ROWS = (
    Row(f"GET {API}/diffs", API_VIEWERS),
    Row(f"POST {API}/diffs", API_EDITORS, body=PROPOSAL),
    Row(f"GET {API}/diffs/<uuid:diff>", API_VIEWERS, {"diff": change}),
    Row(f"GET {API}/diffs/<uuid:diff>/files", API_VIEWERS, {"diff": change}),
    Row(f"PUT {API}/diffs/<uuid:diff>/files/<path:path>", API_EDITORS, {"diff": change}, body=staged),
    Row(
        f"POST {API}/diffs/<uuid:diff>/decisions",
        API_EDITORS,
        {"diff": change},
        body=decision,
    ),
    Row(f"POST {API}/diffs/<uuid:diff>/apply", API_EDITORS, {"diff": change}, body={"seen": 1}),
    Row(f"POST {API}/diffs/<uuid:diff>/reject", API_EDITORS, {"diff": change}, body={"seen": 1}),
    Row(f"POST {API}/diffs/<uuid:diff>/resolve", API_EDITORS, {"diff": change}, body=choices),
    Row(f"GET {API}/versions", API_VIEWERS),
    Row(f"GET {API}/versions/<int:number>", API_VIEWERS),
    Row(f"GET {API}/versions/<int:number>/files", API_VIEWERS),
    Row(f"POST {API}/versions/<int:number>/restore", API_EDITORS, {"number": old}, body=restore),
    Row(f"GET {API}/compare", API_VIEWERS, query="?before=0&after=1"),
    Row(f"GET {API}/checkpoints", API_VIEWERS),
    Row(f"POST {API}/checkpoints", API_EDITORS, body={"label": "Works", "version": 1}),
    Row(f"PATCH {API}/checkpoints/<uuid:checkpoint>", API_EDITORS, {"checkpoint": label}, body={"label": "Well"}),
    Row(f"DELETE {API}/checkpoints/<uuid:checkpoint>", API_EDITORS, {"checkpoint": label}),
    Row(
        f"POST {API}/checkpoints/<uuid:checkpoint>/restore",
        API_EDITORS,
        {"checkpoint": label_of_old},
        body=restore,
    ),
    Row(f"GET {API}/branches", API_VIEWERS),
    Row(f"POST {API}/branches", API_EDITORS, body={"name": "another"}),
    Row(f"GET {API}/branches/<path:name>", API_VIEWERS, {"name": "main"}),
    Row(f"DELETE {API}/branches/<path:name>", API_EDITORS, {"name": idea}, query="?head=2"),
    Row(f"GET {API}/merges", API_VIEWERS, query="?source=main"),
    Row(f"POST {API}/merges", API_EDITORS, body=merge),
    Row(f"GET {PAGE}changes/", VIEWERS),
    Row(f"GET {PAGE}changes/<uuid:change>/", VIEWERS, {"change": change}),
    Row(f"POST {PAGE}changes/<uuid:change>/decide/", EDITORS, {"change": change}, body=approval),
    Row(f"GET {PAGE}changes/<uuid:change>/file/", VIEWERS, {"change": change}, query="?path=index.html"),
    Row(f"GET {PAGE}changes/<uuid:change>/edit/", EDITORS, {"change": change}, query="?path=index.html"),
    Row(
        f"POST {PAGE}changes/<uuid:change>/edit/",
        EDITORS,
        {"change": change},
        body={"text": "x", "seen": ""},
        query="?path=index.html",
        good=(409,),
    ),
    Row(f"POST {PAGE}changes/<uuid:change>/apply/", EDITORS, {"change": change}, body={"seen": 1}),
    Row(f"POST {PAGE}changes/<uuid:change>/reject/", EDITORS, {"change": change}, body={"seen": 1}),
    Row(f"POST {PAGE}changes/<uuid:change>/resolve/", EDITORS, {"change": change}, body={"seen": 1, "head": 1}),
    Row(f"GET {PAGE}history/", VIEWERS),
    Row(f"GET {PAGE}history/compare/", VIEWERS, query="?before=0&after=1"),
    Row(f"GET {PAGE}history/<int:number>/", VIEWERS),
    Row(f"POST {PAGE}history/<int:number>/restore/", EDITORS, {"number": old}, body={"branch": "main", "head": 2}),
    Row(f"POST {PAGE}history/<int:number>/label/", EDITORS, body={"label": "Works"}),
    Row(f"POST {PAGE}history/labels/<uuid:checkpoint>/remove/", EDITORS, {"checkpoint": label}),
    Row(f"GET {PAGE}branches/", VIEWERS),
    Row(f"POST {PAGE}branches/", EDITORS, body={"name": "another"}),
    Row(f"GET {PAGE}branches/compare/", VIEWERS, query="?source=main&into=main"),
    Row(f"POST {PAGE}branches/merge/", EDITORS, body=both),
    Row(f"POST {PAGE}branches/delete/", EDITORS, body={"name": "main", "head": 1}),
)
