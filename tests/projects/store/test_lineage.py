import random

from projects.store import lineage

#     2 - 4
#   /       \
# 1 - 3 - - - 5
DIAMOND = {2: [1], 3: [1], 4: [2], 5: [3, 4]}


def test_the_ancestors_of_nothing_are_none():
    assert lineage.ancestors(DIAMOND, None) == set()


def test_a_version_is_among_its_ancestors():
    assert lineage.ancestors(DIAMOND, 5) == {1, 2, 3, 4, 5}
    assert lineage.ancestors(DIAMOND, 1) == {1}


def test_the_base_of_two_lines_is_where_they_parted():
    assert lineage.bases(DIAMOND, 3, 4) == [1]
    assert lineage.bases(DIAMOND, 5, 4) == [4]
    assert lineage.bases(DIAMOND, 1, 5) == [1]


def test_lines_without_a_common_past_have_no_base():
    assert lineage.bases({2: [1], 4: [3]}, 2, 4) == []
    assert lineage.bases(DIAMOND, None, 4) == []


def test_lines_merged_crosswise_have_two_bases_newest_first():
    crossed = {2: [1], 3: [1], 4: [2, 3], 5: [3, 2]}
    assert lineage.bases(crossed, 4, 5) == [3, 2]


def test_it_counts_what_either_lacks():
    assert lineage.apart(DIAMOND, 3, 4) == (1, 2)
    assert lineage.apart(DIAMOND, 5, 4) == (2, 0)
    assert lineage.apart(DIAMOND, None, 4) == (0, 3)


def test_bases_are_the_common_ancestors_that_reach_all_others():
    chance = random.Random(4)
    for _ in range(100):
        parents = {n: sorted({chance.randint(max(1, n - 4), n - 1) for _ in range(2)}) for n in range(2, 25)}
        one, other = chance.randint(1, 24), chance.randint(1, 24)
        common = lineage.ancestors(parents, one) & lineage.ancestors(parents, other)
        found = lineage.bases(parents, one, other)
        assert set(found) <= common
        assert set().union(*(lineage.ancestors(parents, n) for n in found)) == common
        assert not any(a in lineage.ancestors(parents, b) for a in found for b in found if a != b)
