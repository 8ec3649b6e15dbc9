"""Videos are cut as TikTok's guide asks, and no byte is lost or sent twice."""

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellwether.connectors.platforms.tiktok.chunks import Cutter, bounds, plan

_MEGABYTE = 1 << 20


@given(st.integers(1, 4 << 30))
def test_chunks_are_as_large_and_as_many_as_the_guide_allows(size: int) -> None:
    chunk, count = plan(size)
    cuts = bounds(size)
    assert len(cuts) == count == size // chunk
    assert count <= 1000
    assert cuts[0][0] == 0
    assert cuts[-1][1] == size
    assert all(one[1] == after[0] for one, after in pairwise(cuts))
    lengths = [end - first for first, end in cuts]
    if count == 1:
        assert chunk == size < 64 * _MEGABYTE
    else:
        assert all(5 * _MEGABYTE <= length <= 64 * _MEGABYTE for length in lengths[:-1])
        assert 5 * _MEGABYTE <= lengths[-1] <= 128 * _MEGABYTE


async def _stream(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize("skip", [0, 1])
@given(st.lists(st.binary(min_size=1, max_size=9), max_size=9), st.lists(st.integers(1, 12)))
async def test_a_stream_is_cut_anywhere(skip: int, pieces: list[bytes], lengths: list[int]) -> None:
    whole, cutter, at = b"".join(pieces), Cutter(_stream(pieces)), 0
    for place, length in enumerate(lengths):
        if place < skip:
            await cutter.skip(length)
        else:
            taken = b"".join([piece async for piece in cutter.take(length)])
            assert taken == whole[at : at + length]
        at += length
