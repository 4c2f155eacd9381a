"""Fixtures for everyone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Rate limits live in the cache; one test's attempts are not the next one's."""
    yield
    cache.clear()


def pytest_unconfigure(config: pytest.Config) -> None:
    home = Path(settings.DJINN_HOME)
    if home.name.startswith("djinn-tests-") and not os.environ.get("DJINN_KEEP_TEST_HOME"):
        shutil.rmtree(home, ignore_errors=True)
