"""The cache while Redis is there, gone, and back."""

from collections.abc import Iterator

import pytest
import redis
from django.core.cache import BaseCache

from config import cache as wiring
from config import shape
from tests.services.redis import Redis

pytestmark = pytest.mark.services


@pytest.fixture
def cache(own_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseCache]:
    monkeypatch.setattr(wiring, "AGAIN_SECONDS", 0.0)
    wiring._due.clear()  # what the process has learned about an earlier one
    made = shape.cache(own_redis.url, "djinn-tests")
    one = wiring.FallingBack(made["LOCATION"], made)
    yield one
    one.clear()
    one.close()


def test_two_processes_count_together(cache: BaseCache, own_redis: Redis) -> None:
    made = shape.cache(own_redis.url, "djinn-tests")
    other = wiring.FallingBack(made["LOCATION"], made)
    assert cache.add("attempts", 1)
    assert other.incr("attempts") == 2
    assert cache.get("attempts") == 2
    other.close()


def test_without_redis_it_still_counts_and_says_so_once(
    cache: BaseCache, own_redis: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wiring, "AGAIN_SECONDS", 60.0)
    own_redis.kill()
    assert cache.add("attempts", 1)
    assert cache.incr("attempts") == 2
    assert cache.get_many(["attempts", "other"]) == {"attempts": 2}
    cache.delete("attempts")
    assert cache.get("attempts", "nothing") == "nothing"
    own_redis.start()
    assert len([record for record in caplog.records if record.name == "config.cache"]) == 1


def test_redis_is_asked_again_when_it_is_back(cache: BaseCache, own_redis: Redis) -> None:
    own_redis.kill()
    cache.set("here", "alone")
    own_redis.start()
    assert cache.get("here") is None
    cache.set("here", "together")
    assert cache.get("here") == "together"


def test_a_redis_that_does_not_answer_is_not_waited_for_twice(
    cache: BaseCache, own_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "AGAIN_SECONDS", 60.0)
    with own_redis.hung():
        assert cache.get("hung", 7) == 7
        asked = []
        with monkeypatch.context() as watched:
            watched.setattr("redis.Redis.execute_command", lambda *words, **options: asked.append(words))
            assert cache.get("hung", 7) == 7
    assert asked == []


def test_clearing_leaves_what_is_not_its_own(cache: BaseCache, own_redis: Redis) -> None:
    other = redis.Redis.from_url(own_redis.url)
    other.set("djinn-tests:broker", "a message")
    cache.set("here", 1)
    cache.clear()
    assert cache.get("here") is None
    assert other.get("djinn-tests:broker") == b"a message"
    own_redis.kill()
    cache.clear()
    own_redis.start()
    other.close()


def test_a_process_has_one_client_and_learns_once_that_redis_is_gone(
    cache: BaseCache, own_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django makes a cache for each request."""
    monkeypatch.setattr(wiring, "AGAIN_SECONDS", 60.0)
    made = shape.cache(own_redis.url, "djinn-tests")
    other = wiring.FallingBack(made["LOCATION"], made)
    assert other._cache is wiring.FallingBack(made["LOCATION"], made)._cache
    own_redis.kill()
    cache.set("here", "alone")
    own_redis.start()
    other.set("there", "alone too")
    assert redis.Redis(port=own_redis.port).dbsize() == 0
