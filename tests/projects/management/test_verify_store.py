import pytest
from django.core.management import CommandError, call_command

from projects.models import Version
from projects.services import files
from tests.people import People


def test_a_good_store_is_said_to_be_good(people: People, capsys: pytest.CaptureFixture[str]):
    files.save(people.main, "a.txt", b"a", by=people.owner)
    call_command("verify_store")
    call_command("verify_store", project=f"{people.owner.handle}/{people.project.slug}")
    assert capsys.readouterr().out == "Everything is as it should be.\n" * 2


def test_what_is_wrong_is_printed_and_fails(people: People, capsys: pytest.CaptureFixture[str]):
    files.save(people.main, "a.txt", b"a", by=people.owner)
    Version.objects.update(tree_hash="0" * 64)
    with pytest.raises(CommandError, match="1 thing is wrong"):
        call_command("verify_store")
    assert "version 1: its tree does not match its hash." in capsys.readouterr().out


def test_an_unknown_project_is_refused(db: None):
    with pytest.raises(CommandError, match="There is no project a/b"):
        call_command("verify_store", project="a/b")
