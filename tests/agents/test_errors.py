"""The closed set of error codes."""

import pytest

from agents.errors import CODES, ModelFailure


def test_the_codes_are_the_ones_clients_rely_on():
    assert " ".join(CODES) == (
        "auth quota rate_limit provider_down timeout truncated malformed_output budget_reached sandbox_failed "
        "install_failed start_failed conflict policy_denied invalid_input cancelled internal"
    )


@pytest.mark.parametrize("code", CODES)
def test_each_has_a_sentence_and_something_to_do(code):
    assert CODES[code].sentence.endswith(".")
    assert CODES[code].user_action.endswith(".")


def test_a_failure_takes_its_words_and_whether_to_retry_from_its_code():
    failure = ModelFailure("rate_limit", retry_after=3)
    assert (failure.message, failure.retryable, failure.retry_after) == (CODES["rate_limit"].sentence, True, 3)


def test_a_failure_may_know_better_than_its_code():
    assert not ModelFailure("timeout", "the tenth time", retryable=False).retryable


def test_a_code_outside_the_set_cannot_be_raised():
    with pytest.raises(KeyError):
        ModelFailure("bad_luck")
