"""A parcel that would be more than this machine bears: refused before it is."""

import hashlib
import json
import tracemalloc

import pytest

from agents.parcels import unpacking
from agents.services import parcels
from projects.errors import BadArchive
from projects.models import Project, User
from tests.agents.parcels.forging import parts_of, refusal, sealed, zipped

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bomb_is_not_unpacked(parcel: bytes, project: Project, owner: User):
    bomb = b"0" * (15 * 1024 * 1024)
    parts = {**parts_of(parcel), "calls/0001.txt": bomb}
    assert "times its size" in refusal(zipped(parts), owner, project)
    many = {f"contents/{number:064}": b"0" * 4_000_000 for number in range(120)}
    refusal(zipped({**parts_of(parcel), **many}), owner, project)


@pytest.mark.parametrize("piece", [b"[]", b"{}", b"0", b'{"":0}'])
def test_what_would_become_too_much_is_refused_before_it_is_read(
    parcel: bytes, project: Project, owner: User, piece: bytes
):
    """A file of a few kilobytes, and a tenth of a gigabyte for each of its parts."""
    asked = b'{"x":[' + b",".join([piece] * 500_001) + b"]}"
    file = zipped(sealed({**parts_of(parcel), "calls/0001.json": asked}))
    tracemalloc.start()
    try:
        with pytest.raises(BadArchive, match="tells more than 500,000 things"):
            unpacking.unpack(file)
        assert tracemalloc.get_traced_memory()[1] < 5 * len(asked) + 5_000_000
    finally:
        tracemalloc.stop()
    assert "tells more than" in refusal(file, owner, project)


def test_the_values_of_all_parts_are_counted_together(parcel: bytes, project: Project, owner: User):
    asked = b'{"x":[' + b",".join([b"0"] * 260_000) + b"]}"
    parts = parts_of(parcel)
    assert parcels.make(zipped(sealed({**parts, "calls/0001.json": asked})), by=owner).imported_at
    both = {"calls/0001.json": asked, "calls/0002.json": asked}
    assert "tells more than" in refusal(zipped(sealed({**parts, **both})), owner, project)


def test_a_request_larger_than_any(parcel: bytes, project: Project, owner: User):
    parts = {**parts_of(parcel), "calls/0001.json": json.dumps({"x": "0" * 4 * 1024 * 1024}).encode()}
    assert "calls/0001.json is larger than 4 MB" in refusal(zipped(sealed(parts)), owner, project)


def test_a_part_larger_than_any(parcel: bytes, project: Project, owner: User):
    parts = {**parts_of(parcel), "calls/0001.txt": b"0" * (17 * 1024 * 1024)}
    assert "larger than 16 MB" in refusal(zipped(parts), owner, project)


def test_a_file_larger_than_a_project_takes(parcel: bytes, project: Project, owner: User):
    content = hashlib.sha256(b"seed").digest() * (6 * 1024 * 1024 // 32)
    name = f"contents/{hashlib.sha256(content).hexdigest()}"
    with pytest.raises(Exception, match="larger than 5 MB"):
        parcels.make(zipped({**parts_of(parcel), name: content}), by=owner)


def test_more_entries_than_any(parcel: bytes, project: Project, owner: User):
    many = {f"x{number}": b"" for number in range(9_901)}
    assert "at most 9,900" in refusal(zipped({**parts_of(parcel), **many}), owner, project)
