from agents.recordings import words


def test_only_words_with_meaning_are_kept_in_the_singular() -> None:
    assert words.content("Build me an app for my Tasks, please!") == {"task"}


def test_short_words_and_double_s_keep_their_end() -> None:
    assert words.content("bus glass") == {"bus", "glass"}


def test_to_do_is_one_word() -> None:
    assert words.content("A to-do list of what I have to do") == {"todo", "list", "what"}


def test_coverage_is_the_known_share_of_what_was_said() -> None:
    assert words.coverage(words.content("timer for boiling eggs"), ["timer", "task list"]) == 1 / 3


def test_nothing_said_is_nothing_covered() -> None:
    assert words.coverage(frozenset(), ["timer"]) == 0.0
