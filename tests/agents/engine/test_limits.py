"""A model of one's own that takes its time over a long prompt is waited for as long as it is set."""

import pytest

from agents.engine import limits
from agents.errors import ModelFailure
from agents.llm.base import Limits
from agents.models import Generation, Job
from tests.agents.engine.replies import says
from tests.agents.engine.test_booking import call
from tests.agents.engine.whole import work_on
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_sets_nothing_has_what_a_call_has_by_itself():
    assert limits.of_a_call() == Limits()


def test_each_is_set_by_itself(settings):
    settings.MODEL_CONNECT_SECONDS, settings.MODEL_FIRST_SECONDS = 1, 2
    settings.MODEL_BETWEEN_SECONDS, settings.MODEL_TOTAL_SECONDS = 3, 4
    assert limits.of_a_call() == Limits(connect=1, first=2, between=3, total=4)


def test_a_slow_first_token_is_waited_for(server: ModelServer, job: Job, settings):
    settings.MODEL_FIRST_SECONDS = 60
    server.will(says("Hello\n", first_pause=1.5))
    assert "".join(call(work_on(job)).texts()) == "Hello\n"
    row = Generation.objects.get()
    assert row.first_token_ms is not None
    assert row.first_token_ms >= 1_500


def test_and_no_longer_than_is_set(server: ModelServer, job: Job, settings):
    settings.MODEL_FIRST_SECONDS = 0.3
    server.will(says("Hello\n", first_pause=30))
    with pytest.raises(ModelFailure, match="the reply did not begin within 0.3 seconds"):
        list(call(work_on(job)).texts())
    assert {row.error_code for row in Generation.objects.all()} == {"timeout"}


def test_a_whole_reply_may_take_so_long_and_no_longer(server: ModelServer, job: Job, settings):
    settings.MODEL_TOTAL_SECONDS = 1
    server.will(says("word\n" * 400, pause=0.1))
    with pytest.raises(ModelFailure, match="no complete reply within 1 seconds"):
        list(call(work_on(job)).texts())
