"""`manage.py export_job`: one new file, or a sentence why not; and the whole road into another installation."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agents.engine import replay
from agents.models import Job
from agents.services import parcels
from tests.installation import Installation

pytestmark = pytest.mark.django_db(transaction=True)


def ask(*arguments: object) -> str:
    out = StringIO()
    call_command("export_job", *map(str, arguments), stdout=out)
    return out.getvalue()


def refusal(*arguments: object) -> str:
    with pytest.raises(CommandError) as sorry:
        ask(*arguments)
    assert sorry.value.returncode == 2
    return str(sorry.value)


def test_it_writes_the_file_and_says_how_large_it_is(built: Job, tmp_path: Path):
    target = tmp_path / "mine.zip"
    said = ask(built.pk, "--to", target)
    assert target.read_bytes() == b"".join(parcels.export(built).pieces)
    assert said == f"{target}: {target.stat().st_size:,} bytes.\n"
    assert list(tmp_path.iterdir()) == [target]


def test_without_a_name_it_is_called_as_the_job(built: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    ask(built.pk)
    assert [file.name for file in tmp_path.iterdir()] == [f"job-{str(built.pk)[:8]}.zip"]


def test_what_is_there_is_not_written_over(built: Job, tmp_path: Path):
    target = tmp_path / "mine.zip"
    target.write_text("mine")
    assert "exists already" in refusal(built.pk, "--to", target)
    assert (target.read_text(), list(tmp_path.iterdir())) == ("mine", [target])


def test_where_nothing_can_be_written_is_said(built: Job, tmp_path: Path):
    assert "No such file" in refusal(built.pk, "--to", tmp_path / "nowhere" / "mine.zip")


@pytest.mark.parametrize("job", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_job_that_is_none(db: None, tmp_path: Path, job: str):
    refusal(job, "--to", tmp_path / "mine.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_job_that_goes_on(job: Job, tmp_path: Path):
    assert "This job is queued" in refusal(job.pk, "--to", tmp_path / "mine.zip")
    assert list(tmp_path.iterdir()) == []


def test_into_another_installation_where_it_gives_the_same_tree(built: Job, tmp_path: Path):
    """Another home and another database: nothing of this one but the file."""
    target = tmp_path / "mine.zip"
    ask(built.pk, "--to", target)
    expected = replay.run(built).tree_hash
    other = Installation(tmp_path / "home")
    assert other.manage("migrate").returncode == 0
    imported = other.manage("import_job", str(target), "--new", "--name", "Brought")
    assert imported.returncode == 0, imported.stderr
    came = imported.stdout.split()[2]
    assert came != str(built.pk)
    replayed = other.manage("replay_generation", came, "--json")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    answer = json.loads(replayed.stdout)
    assert (answer["verdict"], answer["tree_hash"]) == ("identical", expected)
    assert other.rows("select name from projects_project") == [("Brought",)]
    again = other.manage("import_job", str(target), "--project", f"{imported.stdout.split()[4].rstrip(',')}")
    assert again.returncode == 0, again.stderr
    assert len(other.rows("select id from agents_job where state = 'completed' and spent = 0")) == 2
