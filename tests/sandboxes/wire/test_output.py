import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.wire import output


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(min_value=2, max_value=60).map(lambda n: n * 2))
def test_beginning_and_end_are_kept_however_the_output_is_cut(pieces: list[bytes], limit: int) -> None:
    kept = output.Kept(limit)
    for piece in pieces:
        kept.add(piece)
    whole = b"".join(pieces)
    assert bytes(kept.head) == whole[: limit // 2]
    assert kept.tail == (whole[limit // 2 :][-(limit // 2) :])
    assert kept.truncated == (len(whole) > limit)
    assert kept._size <= limit // 2 + 40


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_what_fits_is_whole(size: int) -> None:
    kept = output.Kept(100)
    kept.add(bytes(size))
    assert (bytes(kept.head) + kept.tail, kept.truncated) == (bytes(size), False)
