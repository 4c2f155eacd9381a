"""From a finished job to a recording: played back, wished for again, and refused with a reason."""

from pathlib import Path

import pytest

from agents.engine import playing, recording
from agents.errors import NotPossible
from agents.models import Job
from agents.recordings import catalogue
from agents.services import jobs
from projects.models import Project, User, Version
from projects.services import files, projects
from tests.agents.engine.replies import PAGE, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import build_without_a_box, run, tree, wish
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

WISH = "A shelf for my stamps"


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path) -> Path:
    settings.DJINN_HOME = tmp_path
    return tmp_path / "recordings"


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Job:
    """By a live model whose reply broke off once."""
    lines = written(*PAGE).splitlines(keepends=True)
    server.will(says(blueprint()), Script(pieces=lines, cut_after=12), says(written("style.css", "app.js")))
    return run(wish(project, owner, WISH), times=2)


def tree_hash(project: Project) -> str:
    newest = Version.objects.filter(project=project).order_by("-number").first()
    assert newest is not None
    return newest.tree_hash


def wish_again(owner: User, text: str, *, model: str = "demo") -> Project:
    """The demo model, asked as anybody would; its app is not run."""
    project = projects.create(name="Again", by=owner)
    build_without_a_box(jobs.start(project=project, text=text, by=owner, model=model))
    return project


def refusal(job: Job, **how: object) -> str:
    before = sorted(catalogue.own_folder().glob("*/*"))
    with pytest.raises(NotPossible) as refused:
        recording.make(job, **how)  # type: ignore[arg-type]
    assert sorted(catalogue.own_folder().glob("*/*")) == before, "a refused recording leaves nothing"
    return str(refused.value)


# --- a build -------------------------------------------------------------------------------------


def test_a_build_becomes_a_recording_that_the_same_wish_finds(built: Job, owner: User, home: Path):
    made = recording.make(built)
    assert (made.name, made.folder, made.notes) == ("shelf", home / "shelf", ())
    assert made.tree_hash == tree_hash(built.project)
    found, is_exact = catalogue.nearest(WISH, ("static",))
    assert (found.name, found.title, is_exact) == ("shelf", "Shelf", True)
    assert tree_hash(wish_again(owner, WISH)) == made.tree_hash
    assert tree_hash(wish_again(owner, "anything at all", model="demo/shelf")) == made.tree_hash


def test_a_near_wish_finds_it_and_others_find_what_they_did(built: Job):
    recording.make(built)
    assert catalogue.nearest("please make me a shelf for stamps", ("static",))[0].name == "shelf"
    for one in catalogue.built_in():
        assert catalogue.nearest(one.wish, ("static", "python", "react-vite")) == (one, True)


def test_the_form_is_that_of_the_others(built: Job, home: Path):
    recording.make(built, name="stamps", title="  My \n stamps ")
    assert sorted(path.name for path in (home / "stamps").iterdir()) == [
        "design.txt", "implement-1.txt", "recording.toml",
    ]  # fmt: skip
    assert [path.name for path in home.iterdir()] == ["stamps"], "no draft is left"
    one = catalogue.get("stamps")
    assert one is not None
    assert (one.title, one.wish, one.stack, one.followups) == ("My stamps", WISH, "static", ())
    assert (one.stream("design") or "").startswith("A shelf, quietly.\n\n<blueprint>\n{")
    text = one.stream("implement-1") or ""
    assert text.startswith(
        "Here they are.\n\n# Creating new file: index.html\n# File Purpose: Part of the page.\ncat > "
    )
    part = one.stream("implement-1", ("app.js",)) or ""
    assert PAGE["app.js"] in part
    assert PAGE["style.css"] not in part


def test_each_of_the_built_in_ones_can_be_recorded_again(project: Project, owner: User):
    one = catalogue.get("reading-list")
    assert one is not None
    job = build_without_a_box(jobs.start(project=project, text=one.wish, by=owner, model="demo/reading-list"))
    made = recording.make(job, name="mine")
    again = catalogue.get("mine")
    assert again is not None
    assert playing.build(again).tree_hash == playing.build(one).tree_hash == made.tree_hash


def test_odd_files_are_kept_byte_for_byte(server: ModelServer, project: Project, owner: User):
    odd = {
        "index.html": "<h1>no line feed at the end</h1>",
        "crlf.txt": "one\r\ntwo\r\n",
        "empty.txt": "",
        "with a space.txt": "x\n",
        "EOF.txt": "EOF_1\ncat > other.txt << 'EOF_2'\nEOF_2\n",
        "ünïcode.txt": "\u2028 \x0b \x0c and a lone \r end\n",
    }
    texts = [
        f'<file path="{path}">\n{text}\n</file>\n' if not text.endswith("\n") and text
        else f"cat > '{path}' << 'M{number}'\n{text}M{number}\n"
        for number, (path, text) in enumerate(odd.items())
    ]  # fmt: skip
    server.will(says(blueprint(tuple(odd))), Script(pieces=texts))
    job = run(wish(project, owner, WISH))
    assert tree(project) == odd
    made = recording.make(job)
    assert tree(wish_again(owner, WISH)) == odd
    assert made.tree_hash == tree_hash(project)


def test_what_was_not_planned_is_in_the_recording_and_said(server: ModelServer, project: Project, owner: User):
    extra = "cat > extra.txt << 'X'\nmore\nX\nrm style.css\n"
    server.will(says(blueprint(("index.html", "style.css"), ("app.js",))), says(written("index.html", "style.css")),
                says(extra + written("app.js")))  # fmt: skip
    job = run(wish(project, owner, WISH))
    assert sorted(tree(project)) == ["app.js", "extra.txt", "index.html"]
    made = recording.make(job)
    assert made.notes == (
        "Not in the plan, and now in the recording's: extra.txt.",
        "In the plan, and no more in the app: style.css.",
    )
    assert tree_hash(wish_again(owner, WISH)) == tree_hash(project)


def test_a_wish_in_another_script_is_found_by_its_very_words(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), says(written(*PAGE)))
    job = run(wish(project, owner, "Ένα ράφι για τα βιβλία μου"))
    recording.make(job)
    assert catalogue.nearest("  ένα ράφι για τα\nβιβλία μου ", ("static",))[0].name == "shelf"
    assert catalogue.nearest("Μια λίστα", ("static",))[0].name != "shelf"
    assert catalogue.nearest("", ("static",))[1] is False


def test_without_a_name_no_other_recording_is_replaced(built: Job, server: ModelServer, owner: User, home: Path):
    recording.make(built)
    server.will(says(blueprint(name="Shelf")), says(written(*PAGE)))
    other = run(wish(projects.create(name="Other", by=owner), owner, "Another shelf"))
    assert recording.make(other).name == f"shelf-{str(other.pk)[:8]}"
    assert recording.make(other).name == f"shelf-{str(other.pk)[:8]}"
    assert len(list(home.iterdir())) == 2


def test_a_recording_is_replaced_when_that_is_said(built: Job, home: Path):
    recording.make(built, name="mine", title="First")
    (home / "mine" / "note.txt").write_text("by hand")
    assert refusal(built, name="mine").startswith("There is a recording “mine” already.")
    recording.make(built, name="mine", title="Second", replaces=True)
    assert [one.title for one in catalogue.all() if one.name == "mine"] == ["Second"]
    assert not (home / "mine" / "note.txt").exists()
    assert [path.name for path in home.iterdir()] == ["mine"]


# --- a change ------------------------------------------------------------------------------------


def test_a_change_is_added_to_the_recording_it_was_made_on(built: Job, server: ModelServer, owner: User):
    recording.make(built)
    server.will(says(edit("style.css", "  color: navy;", "  color: green;")))
    change = run(wish(built.project, owner, "Make the heading green"))
    made = recording.make(change)
    assert (made.name, made.tree_hash) == ("shelf", tree_hash(built.project))
    again = wish_again(owner, WISH)
    build_without_a_box(jobs.start(project=again, text="make the heading  green", by=owner, model="demo/shelf"))
    assert tree(again) == tree(built.project)
    assert refusal(change) == "“shelf” has this change already."


def test_a_change_that_took_several_replies_is_recorded_as_what_it_did(built: Job, server: ModelServer, owner: User):
    recording.make(built)
    server.will(says("rm app.js\n" + edit("style.css", "  colour: red;", "x")),
                says(edit("style.css", "  color: navy;", "  color: green;")))  # fmt: skip
    change = run(wish(built.project, owner, "Greener, and without a script"))
    made = recording.make(change, name="shelf")
    again = wish_again(owner, WISH)
    build_without_a_box(jobs.start(project=again, text=change.input["text"], by=owner, model="demo/shelf"))
    assert (tree_hash(again), "app.js" in tree(again)) == (made.tree_hash, False)


def test_a_change_on_what_nobody_recorded_is_refused(built: Job, server: ModelServer, owner: User):
    server.will(says(edit("style.css", "  color: navy;", "  color: green;")))
    change = run(wish(built.project, owner, "Make it green"))
    assert "Record the build first." in refusal(change)
    server.will(says(edit("style.css", "  color: green;", "  color: gold;")))
    second = run(wish(built.project, owner, "Make it gold"))
    recording.make(built)
    assert "no recording builds what it was made on" in refusal(second)
    assert "no recording builds" in refusal(change, name="another")


def test_an_answer_is_nothing_to_record(built: Job, server: ModelServer, owner: User):
    server.will(says("It is navy blue."))
    job = run(wish(built.project, owner, "Which colour?"))
    assert refusal(job) == "This job changed nothing, so there is nothing to record."


# --- refused -------------------------------------------------------------------------------------


def test_only_completed_jobs_are_recorded(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=401, error="No"))
    assert refusal(wish(project, owner)).startswith("This job is queued.")
    assert refusal(run(Job.objects.get())) == "This job is failed. Only a completed one can be recorded."


@pytest.mark.parametrize("name", ["Shelf", "../x", "a b", "-x", "x-", "x" * 41, ".hidden", "ü", "a/b"])
def test_a_name_that_is_no_name(built: Job, name: str):
    assert refusal(built, name=name) == "The name of a recording is made of a-z, 0-9 and hyphens, at most 40."


def test_what_came_with_djinn_is_never_replaced(built: Job):
    assert refusal(built, name="kanban", replaces=True) == "“kanban” came with Djinn. Choose another name."


def test_what_looks_like_a_secret_is_recorded_on_request_only(server: ModelServer, project: Project, owner: User):
    page = "cat > index.html << 'X'\n<script>\nconst key = 'sk-proj-abcdefghijklmnop0123';\n</script>\nX\n"
    server.will(says(blueprint(("index.html",))), says(page))
    job = run(wish(project, owner, WISH))
    said = refusal(job)
    assert "index.html, line 2: looks like an API key" in said
    assert "abcdefghijklmnop" not in said
    made = recording.make(job, keeps_secrets=True)
    assert "looks like an API key" in made.notes[0]
    assert "sk-proj-abcdefghijklmnop0123" in (made.folder / "implement-1.txt").read_text()


def test_what_is_no_plain_text_is_refused(server: ModelServer, project: Project, owner: User):
    files.save(project.branches.get(), "logo.png", b"\x89PNG\0", by=owner)
    Job.objects.all().delete()
    server.will(says(blueprint()), says(written(*PAGE)))
    job = wish(project, owner, WISH)
    Job.objects.update(kind="generate")
    assert refusal(run(job)) == "A recording holds plain text files; logo.png is not one."


def test_a_disk_that_refuses_leaves_nothing_behind(built: Job, home: Path):
    home.write_text("not a folder")
    with pytest.raises(OSError, match="File exists|Not a directory"):
        recording.make(built)
    assert home.read_text() == "not a folder"
