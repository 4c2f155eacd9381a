"""The fuzzer itself: it finds nothing in the parser, and does find what is planted in one."""

from random import Random

import pytest

from agents.parsing.events import Command, FileClosed, Prose
from tests.agents.parsing import fuzz, streams


def test_it_finds_nothing():
    assert fuzz.search(7, iter(range(150))) == (150, None)


def test_the_same_seed_makes_the_same_cases():
    def cases(seed):
        seen = []

        def note(pieces):
            seen.append("".join(pieces))
            return streams.events([seen[-1]])

        fuzz.search(seed, iter(range(3)), note)
        return seen

    assert cases(3) == cases(3) != cases(4)


def stops_at_a_blank_line(pieces):
    text = "".join(pieces)
    return streams.events([text.partition("\n\n")[0]])


def trims_a_body(pieces):
    found = streams.events(pieces)
    return [
        FileClosed(one.path, one.text.strip(), one.purpose) if isinstance(one, FileClosed) else one for one in found
    ]


def sees_where_it_was_cut(pieces):
    pieces = list(pieces)
    return [*streams.events(pieces), *([Prose("")] if any(piece == "\n" for piece in pieces) else [])]


def forgets_commands(pieces):
    return [event for event in streams.events(pieces) if not isinstance(event, Command)]


def fails(pieces):
    if "</file>" in "".join(pieces):
        raise IndexError("far out")
    return streams.events(pieces)


@pytest.mark.parametrize("read", [stops_at_a_blank_line, trims_a_body, sees_where_it_was_cut, forgets_commands])
def test_it_finds_what_is_planted(read):
    tried, finding = fuzz.search(1, iter(range(300)), read)
    assert finding is not None
    assert finding.case == tried - 1


def test_an_exception_is_a_finding_and_the_text_is_made_small():
    problem = fuzz.problem_of("some words\n</file>\nmore", Random(1), fails)
    assert problem == "IndexError: far out"
    assert fuzz.smallest("some words\n</file>\nmore", problem, Random(1), fails) == "</file>"


def test_it_ends_when_the_time_is_over():
    clock = iter([0.0, 1.0, 4.0, 9.9, 10.0])
    assert list(fuzz.until(10, lambda: next(clock))) == [0, 1, 2]


def test_it_is_run_from_a_shell(capsys):
    assert fuzz.main(["--seconds", "0.2", "--seed", "5"]) == 0
    assert capsys.readouterr().out.startswith("seed 5: ")
