"""What a job is called that is asked for by its name."""

from agents import enums
from agents.lifecycle import naming


def test_each_of_them_has_words() -> None:
    assert set(naming.WORDS) == set(enums.NAMED)
    assert set(enums.TRIED) < set(enums.NAMED)


def test_who_says_more_is_heard() -> None:
    assert naming.words(enums.JobKind.REPAIR, "The button is dead.") == "The button is dead."
    assert naming.words(enums.JobKind.REPAIR, " ") == "Mend the app."
    assert naming.words(None, "") == ""
    assert naming.words(enums.JobKind.EDIT, "") == ""
