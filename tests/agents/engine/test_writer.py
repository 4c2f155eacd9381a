"""From the events of the parser to staged files, facts and faults."""

import json

import pytest

from agents.engine.context import Context
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.lifecycle import leases
from agents.models import Message
from agents.parsing import events as found
from projects import feed
from projects.models import Project
from projects.services import changesets, files, purposes
from projects.services.applying import MOST_FILE


def facts(context: Context) -> list[tuple[str, str]]:
    events = feed.since(context.project.pk, 0)
    return [(event.kind, event.payload["path"]) for event in events if event.kind.startswith("file_")]


def plan(context: Context, *paths: str) -> None:
    with context.hold() as job:
        job.plan = [{"title": "One", "files": [{"path": path, "purpose": "", "closed": False} for path in paths]}]
        job.save(update_fields=["plan"])


def closed(context: Context) -> list[bool]:
    context.job.refresh_from_db()
    return [file["closed"] for phase in context.job.plan for file in phase["files"]]


def command(raw: str) -> found.Command:
    return found.Command(tuple(raw.split()), raw)


def texts(writer: Writer[JobSink]) -> dict[str, bytes]:
    manifest = files.working_manifest(writer.sink.changeset)
    return {path: files.read(manifest, path) for path in manifest}


def test_a_file_is_staged_and_ticked_off_when_it_closes(writer: Writer[JobSink], context: Context):
    plan(context, "a.txt", "b.txt")
    writer.take(found.FileOpened("a.txt", "The first"))
    writer.take(found.FileChunk("a.txt", "one\ntwo"))
    assert texts(writer) == {}
    writer.take(found.FileClosed("a.txt", "one\ntwo", "The first"))
    writer.abandon()
    assert texts(writer) == {"a.txt": b"one\ntwo"}
    assert closed(context) == [True, False]
    assert facts(context) == [("file_opened", "a.txt"), ("file_closed", "a.txt")]
    told = next(event.payload for event in feed.since(context.project.pk, 0) if event.kind == "file_closed")
    assert (told["lines"], told["size"], told["added"], told["purpose"]) == (2, 7, 2, "The first")
    progress = feed.since(context.project.pk, 0)[-1]
    assert (progress.kind, progress.payload["files_done"], progress.payload["files_total"]) == ("phase_changed", 1, 2)


def test_an_empty_file_has_no_lines(writer: Writer[JobSink], context: Context):
    writer.take(found.FileClosed("empty.txt", ""))
    told = next(event.payload for event in feed.since(context.project.pk, 0) if event.kind == "file_closed")
    assert (told["lines"], told["size"]) == (0, 0)


def test_an_unfinished_file_is_told_and_never_stored(writer: Writer[JobSink], context: Context):
    writer.take(found.FileOpened("a.txt"))
    writer.take(found.FileChunk("a.txt", "hal"))
    writer.take(found.FileTruncated("a.txt", "hal"))
    writer.abandon()
    assert texts(writer) == {}
    assert writer.truncated == ["a.txt"]
    assert facts(context) == [("file_opened", "a.txt"), ("file_abandoned", "a.txt")]


def test_what_the_project_refuses_is_a_fault_and_not_the_end(writer: Writer[JobSink], context: Context):
    writer.take(found.FileOpened("big.txt"))
    writer.take(found.FileClosed("big.txt", "x" * (MOST_FILE + 1)))
    writer.take(found.FileClosed("ok.txt", "x"))
    assert texts(writer) == {"ok.txt": b"x"}
    assert facts(context)[:2] == [("file_opened", "big.txt"), ("file_abandoned", "big.txt")]
    assert writer.faults == ["big.txt: big.txt is larger than 5 MB."]
    writer.tell_faults()
    writer.tell_faults()
    [message] = Message.objects.filter(role="assistant")
    assert message.text == "This was left out:\n\n- big.txt: big.txt is larger than 5 MB."


MASKED = (
    "This text holds [secret NODE_ENV] where its file does not. That only stands for a value nobody is shown. "
    "Read NODE_ENV from the environment, or leave the lines that hold it out of what you change."
)


def test_what_stands_for_a_secret_is_not_written_into_a_file(writer: Writer[JobSink], context: Context):
    writer.take(found.FileClosed("a.js", 'mode("production")\n'))
    writer.take(found.FileOpened("a.js"))
    writer.take(found.FileClosed("a.js", 'mode("[secret NODE_ENV]")\nmore()\n'))
    writer.take(found.FileClosed("b.js", "[secret NODE_ENV]"))
    writer.replace("a.js", b'mode("[secret NODE_ENV]")\n')
    assert texts(writer) == {"a.js": b'mode("production")\n'}
    assert writer.faults == [f"{path}: {MASKED}" for path in ("a.js", "b.js", "a.js")]
    abandoned = [event.payload for event in feed.since(context.project.pk, 0) if event.kind == "file_abandoned"]
    assert [(told["path"], told["reason"]) for told in abandoned] == [(p, MASKED) for p in ("a.js", "b.js", "a.js")]
    writer.tell_faults()
    assert f"- a.js: {MASKED}" in Message.objects.get(role="assistant").text


def test_a_file_that_held_such_words_goes_on_holding_them(writer: Writer[JobSink]):
    changesets.stage(writer.sink.changeset, "docs.md", b"Shown as [secret KEY].\n")
    writer.look()
    writer.take(found.FileClosed("docs.md", "A secret is shown as [secret KEY].\n"))
    writer.take(command("mv docs.md README.md"))
    assert (texts(writer), writer.faults) == ({"README.md": b"A secret is shown as [secret KEY].\n"}, [])
    writer.take(found.FileClosed("README.md", "[secret KEY] [secret KEY]"))
    assert texts(writer) == {"README.md": b"A secret is shown as [secret KEY].\n"}


def test_what_the_parser_rejected_is_a_fault_and_there_is_a_limit(writer: Writer[JobSink]):
    for _ in range(100):
        writer.take(found.Malformed("rm ../x", "leaves the project", "../x", "BAD_PATH"))
    assert writer.faults == ["../x: BAD_PATH. leaves the project"] * 20


def test_a_fault_without_a_path_names_its_line(writer: Writer[JobSink]):
    writer.take(found.Malformed("bash << 'E'", "is not written by `cat > path << MARK`"))
    assert writer.faults == ["bash << 'E': MALFORMED_BLOCK. is not written by `cat > path << MARK`"]


def test_a_broken_package_json_does_not_end_the_job(writer: Writer[JobSink], context: Context):
    Project.objects.update(template="react-vite")
    writer.take(found.FileClosed("package.json", "{"))
    writer.take(command("npm install three@0.170.0"))
    assert texts(writer) == {"package.json": b"{"}
    assert writer.faults == ["`package.json` is not valid JSON, so its packages cannot be read."]


def test_a_package_is_added_to_the_staged_file(writer: Writer[JobSink], context: Context):
    Project.objects.update(template="react-vite")
    writer.take(found.FileClosed("package.json", "{}"))
    writer.take(command("npm install three@0.170.0"))
    assert json.loads(texts(writer)["package.json"]) == {"dependencies": {"three": "0.170.0"}}
    assert facts(context)[-1] == ("file_edited", "package.json")


def test_a_folder_is_removed_with_everything_in_it(writer: Writer[JobSink], context: Context):
    plan(context, "src/a.txt", "src2/b.txt")
    for path in ("src/a.txt", "src/deep/c.txt", "src2/b.txt"):
        writer.take(found.FileClosed(path, "x"))
    writer.take(command("rm -rf src"))
    writer.take(command("rm nowhere.txt"))
    assert list(texts(writer)) == ["src2/b.txt"]
    assert closed(context) == [False, True]
    assert [path for kind, path in facts(context) if kind == "file_deleted"] == ["src/a.txt", "src/deep/c.txt"]


def test_a_file_whose_new_place_is_refused_stays_where_it_was(writer: Writer[JobSink]):
    writer.take(found.FileClosed("notes/readme.md", "x"))
    writer.take(found.FileClosed("other.md", "y"))
    writer.take(command("mv notes/readme.md NOTES/readme.md"))
    writer.take(command("mv notes/readme.md other.md/readme.md"))
    assert texts(writer) == {"notes/readme.md": b"x", "other.md": b"y"}
    assert len(writer.faults) == 2


def test_an_edit_keeps_the_right_to_run(writer: Writer[JobSink]):
    changesets.stage(writer.sink.changeset, "run.sh", b"#!/bin/sh\n", executable=True)
    writer.replace("run.sh", b"#!/bin/sh\necho hello\n")
    writer.take(found.FileClosed("plain.txt", "x"))
    manifest = files.working_manifest(writer.sink.changeset)
    assert (manifest["run.sh"].executable, manifest["plain.txt"].executable) == (True, False)


def test_edits_and_patches_wait_until_the_reply_is_whole(writer: Writer[JobSink]):
    edit, patch = found.EditClosed("a.txt", (found.Block("a", "b"),)), found.PatchClosed("a.txt", "@@\n-a\n+b\n")
    assert not writer.has_acted
    writer.take(found.Prose("Hello.\n"))
    assert not writer.has_acted
    writer.take(edit)
    writer.take(patch)
    writer.take(edit)
    assert (writer.changes, writer.touched, writer.has_acted) == ([edit, patch, edit], set(), True)


def test_a_whole_file_takes_the_place_of_edits_before_it(writer: Writer[JobSink]):
    first, other = found.PatchClosed("a.txt", "@@\n-a\n+b\n"), found.PatchClosed("b.txt", "@@\n-a\n+b\n")
    last = found.EditClosed("a.txt", (found.Block("c", "d"),))
    for event in (first, other, found.FileClosed("a.txt", "c\n"), last):
        writer.take(event)
    assert writer.changes == [other, last]


def test_edits_before_a_refused_file_stand(writer: Writer[JobSink]):
    patch = found.PatchClosed("a.txt", "@@\n-a\n+b\n")
    writer.take(patch)
    writer.take(found.FileClosed("a.txt", "x" * (MOST_FILE + 1)))
    assert writer.changes == [patch]


def test_who_lost_the_lease_stages_nothing(writer: Writer[JobSink], context: Context):
    leases.release_all()
    assert leases.claim(context.job.pk, worker="another") is not None
    with pytest.raises(leases.LeaseLost):
        writer.take(found.FileClosed("a.txt", "x"))
    assert texts(writer) == {}


# --- what somebody else wrote meanwhile ---------------------------------------------------------


def test_what_somebody_changed_since_it_was_shown_is_not_written_over(writer: Writer[JobSink]):
    changeset = writer.sink.changeset
    writer.take(found.FileClosed("a.txt", "by the model\n"))
    changesets.stage(changeset, "a.txt", b"by a person\n")
    changesets.stage(changeset, "new.txt", b"by a person\n")
    for path in ("a.txt", "new.txt"):
        writer.take(found.FileClosed(path, "by the model again\n"))
    writer.remove("a.txt")
    assert texts(writer) == {"a.txt": b"by a person\n", "new.txt": b"by a person\n"}
    assert [fault.partition(". ")[0] for fault in writer.faults] == [
        "a.txt: STALE_FILE", "new.txt: STALE_FILE", "a.txt: STALE_FILE",
    ]  # fmt: skip
    writer.look()
    writer.take(found.FileClosed("a.txt", "joined\n"))
    assert texts(writer)["a.txt"] == b"joined\n"


def test_an_edit_is_made_over_what_was_read_for_it(writer: Writer[JobSink]):
    writer.take(found.FileClosed("a.txt", "one\n"))
    assert writer.read("a.txt") == b"one\n"
    changesets.stage(writer.sink.changeset, "a.txt", b"by a person\n")
    writer.replace("a.txt", b"ONE\n")
    assert texts(writer) == {"a.txt": b"by a person\n"}
    writer.read("a.txt")
    writer.replace("a.txt", b"ONE\n")
    assert texts(writer) == {"a.txt": b"ONE\n"}


def test_what_a_file_is_for_is_kept_as_it_says_itself_or_as_it_was_planned(writer: Writer[JobSink], context: Context):
    with context.hold() as job:
        planned = [{"path": path, "purpose": f"Planned {path}", "closed": False} for path in ("a.txt", "b.txt")]
        job.plan = [{"title": "One", "files": planned}]
        job.save(update_fields=["plan"])
    writer.take(found.FileClosed("a.txt", "a", "Said by itself"))
    writer.take(found.FileClosed("b.txt", "b"))
    writer.take(found.FileClosed("c.txt", "c"))
    tree = files.working_manifest(writer.sink.changeset)
    assert purposes.of(writer.sink.changeset, tree) == {"a.txt": "Said by itself", "b.txt": "Planned b.txt"}
