import zlib

import pytest
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


class TestBytes(TestCase):
    @given(st.binary(max_size=2000))
    def test_bytes_come_back_as_they_were(self, content: bytes):
        assert blobs.get(blobs.put(content).sha256) == content
