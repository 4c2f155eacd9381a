import zlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from projects import errors
from projects.models import Blob
from projects.store import blobs

pytestmark = pytest.mark.django_db


def test_the_same_bytes_are_kept_once():
    assert blobs.put(b"hello").sha256 == blobs.put(b"hello").sha256
    assert Blob.objects.count() == 1


def test_a_blob_has_the_name_git_gives_it():
    assert blobs.put(b"hello\n").git_oid == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert blobs.put(b"").git_oid == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_bytes_that_changed_on_disk_are_refused():
    blob = blobs.put(b"hello")
    for wrong in (zlib.compress(b"jello"), zlib.compress(b"hello, and much more" * 1000), b"nonsense"):
        Blob.objects.filter(pk=blob.pk).update(content=wrong)
        with pytest.raises(errors.Corrupt):
            blobs.get(blob.sha256)
        with pytest.raises(errors.Corrupt):
            list(blobs.get_many([blob.sha256]))


def test_missing_bytes_are_refused():
    with pytest.raises(errors.Corrupt):
        blobs.get("0" * 64)
    with pytest.raises(errors.Corrupt):
        list(blobs.get_many(["0" * 64]))


def test_many_come_in_the_order_they_were_asked_for():
    hashes = [blobs.put(f"{number}".encode()).sha256 for number in range(120)]
    wanted = [*reversed(hashes), hashes[0]]
    assert [sha256 for sha256, _ in blobs.get_many(wanted)] == wanted
    assert [content for _, content in blobs.get_many(wanted)][:2] == [b"119", b"118"]


def test_large_ones_are_held_few_at_a_time():
    """Fifty of five megabytes would be a quarter of a gigabyte."""
    large = [blobs.put(bytes([n]) * 5 * 1024**2).sha256 for n in range(4)]
    medium = [blobs.put(bytes([n]) * 3 * 1024**2).sha256 for n in range(4)]
    small = [blobs.put(b"%d" % n).sha256 for n in range(60)]
    with CaptureQueriesContext(connection) as asked:
        assert [sha256 for sha256, _ in blobs.get_many([*large, *medium, *small])] == [*large, *medium, *small]
    reads = [one["sql"] for one in asked if "content" in one["sql"]]
    fetched = [sum(sha256 in sql for sha256 in (*large, *medium, *small)) for sql in reads]
    assert fetched == [1, 1, 1, 2, 2, 50, 11]


class TestBytes(TestCase):
    @given(st.binary(max_size=2000))
    def test_bytes_come_back_as_they_were(self, content: bytes):
        assert blobs.get(blobs.put(content).sha256) == content
