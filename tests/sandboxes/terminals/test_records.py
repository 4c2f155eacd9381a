"""The row of a terminal: what of it is kept."""

import pytest

from projects.masking import Masker
from projects.models import User
from sandboxes.errors import NotPossible
from sandboxes.models import Command, Sandbox, duties
from sandboxes.runtime import asked
from sandboxes.terminals import records
from tests.sandboxes.conftest import MakeApp

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "kP9-vT2x_mQ7wLz4"


@pytest.fixture
def bare(make_app: MakeApp) -> Sandbox:
    return make_app({})


def begun(sandbox: Sandbox, alice: User) -> records.Record:
    return records.begin(sandbox, Masker([("KEY", SECRET)]), seconds=60, by=alice)


def test_it_can_be_read_while_it_goes_on_and_is_held_by_a_lease(bare: Sandbox, alice: User) -> None:
    record = begun(bare, alice)
    record.add(b"\x1b[31mone\x1b[0m\r\ntw")
    record.keep(record.take())
    row = Command.objects.get(pk=record.command.pk)
    assert (row.state, row.output, row.asked_by, row.kind) == ("running", "one", alice, "terminal")
    assert duties.is_taken(asked.lease_of(row))
    record.add(b"o\r\nthree")
    record.finish(record.take(), exit_code=2, note="Its\ntime is \x1b[31mover.")
    row.refresh_from_db()
    assert (row.state, row.exit_code) == ("finished", 2)
    assert row.output == "one\ntwo\nthree\nIts time is [31mover."
    assert not duties.Duty.objects.filter(name=asked.lease_of(row)).exists()


def test_of_very_much_the_end_is_kept_in_whole_lines(bare: Sandbox, alice: User) -> None:
    record = begun(bare, alice)
    lines = b"".join(b"line %06d\r\n" % number for number in range(100_000))
    for at in range(0, len(lines), 5000):
        record.add(lines[at : at + 5000])
        assert len(record._unread) <= 64 * 1024
    record.add(b"x" * 200_000)
    assert record.take() == b""
    record.add(lines)
    record.finish(record.take(), exit_code=0)
    row = Command.objects.get(pk=record.command.pk)
    kept = row.output.split("\n")
    assert kept[-1] == "line 099999"
    assert len(kept) == 200
    assert all(line.startswith("line ") for line in kept)
    assert row.skipped > 2_000_000


def test_a_secret_that_sequences_held_apart_is_masked(bare: Sandbox, alice: User) -> None:
    record = begun(bare, alice)
    record.add(b"a " + SECRET[:8].encode() + b"\x1b[31m")
    record.keep(record.take())
    record.add(SECRET[8:].encode() + b" b\r\n")
    record.finish(record.take(), exit_code=0)
    assert Command.objects.get(pk=record.command.pk).output == "a [secret KEY] b"


def test_there_are_so_many_in_a_box(bare: Sandbox, alice: User) -> None:
    open_ones = [begun(bare, alice) for _ in range(records.MOST_IN_A_BOX)]
    with pytest.raises(NotPossible, match="open in this app already"):
        begun(bare, alice)
    open_ones[0].finish(b"", exit_code=0)
    begun(bare, alice)
    assert Command.objects.filter(kind="terminal", state="running").count() == records.MOST_IN_A_BOX
