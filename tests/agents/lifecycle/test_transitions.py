"""The moves that exist are complete: nothing is left out and nothing is stuck."""

import itertools

import pytest

from agents import enums
from agents.lifecycle import transitions
from agents.lifecycle.transitions import CHORE_TRANSITIONS, JOB_TRANSITIONS, TRANSITIONS
from agents.models.jobs import ACTIVE, TERMINAL


def test_every_phase_and_every_state_is_in_the_table():
    assert set(TRANSITIONS) == set(enums.Phase)
    assert set(JOB_TRANSITIONS) == set(enums.JobState)


def test_every_active_state_can_be_cancelled():
    for state in ACTIVE:
        assert enums.JobState.CANCELLED in JOB_TRANSITIONS[state]


def test_completed_and_cancelled_jobs_never_move_again():
    assert JOB_TRANSITIONS[enums.JobState.COMPLETED] == frozenset()
    assert JOB_TRANSITIONS[enums.JobState.CANCELLED] == frozenset()
    assert set(TERMINAL) | set(ACTIVE) == set(enums.JobState)


@pytest.mark.parametrize(("before", "after"), itertools.product(enums.Phase, enums.Phase))
def test_a_move_is_allowed_exactly_when_the_table_says_so(before: enums.Phase, after: enums.Phase):
    if after in TRANSITIONS[before]:
        transitions.check_phase(before, after)
    else:
        with pytest.raises(transitions.IllegalMove):
            transitions.check_phase(before, after)


def test_the_first_wish_can_walk_the_whole_road():
    road = ("idle", "designing", "implementing", "install", "start", "complete")
    for before, after in itertools.pairwise(road):
        transitions.check_phase(before, after)


def test_the_diagrams_name_every_move():
    drawn = transitions.mermaid()
    assert "implementing --> install" in drawn
    assert "running --> queued" in drawn
    tables = (TRANSITIONS, CHORE_TRANSITIONS, JOB_TRANSITIONS)
    assert drawn.count("-->") == sum(len(after) for table in tables for after in table.values())


@pytest.mark.parametrize(("before", "after"), itertools.product(enums.Phase, enums.Phase))
def test_a_chore_has_a_table_of_its_own(before: enums.Phase, after: enums.Phase):
    if after in CHORE_TRANSITIONS.get(before, ()):
        transitions.check_phase(before, after, is_chore=True)
    else:
        with pytest.raises(transitions.IllegalMove):
            transitions.check_phase(before, after, is_chore=True)
