"""How often somebody may ask, counted in the cache by token, by user, and by address for everybody else."""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from projects.rest.problems import Refused

WINDOW = 60


@dataclass(frozen=True)
class Count:
    """One caller's use of one policy in the window that runs now."""

    policy: str
    quota: int
    used: int
    left_seconds: int

    def headers(self) -> dict[str, str]:
        """As the draft of the IETF has it; all that is known of the draft stands here."""
        left = max(0, self.quota - self.used)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={left};t={self.left_seconds}',
        }


def count(policy: str, key: str) -> Count:
    """One more; Refused when it is one too many."""
    quota: int = settings.API_LIMITS[policy]
    now = time.time()
    window = int(now // WINDOW)
    used = _add_one(f"api:{policy}:{key}:{window}")
    counted = Count(policy, quota, used, max(1, math.ceil((window + 1) * WINDOW - now)))
    if used > quota:
        wait = str(counted.left_seconds)
        raise Refused(
            "too_many",
            f"At most {quota} requests a minute; the next minute begins in {wait} s.",
            headers={**counted.headers(), "Retry-After": wait},
        )
    return counted


def _add_one(name: str) -> int:
    """Atomic in every cache: who adds first begins at one, all others raise what is there."""
    if cache.add(name, 1, timeout=WINDOW * 2):
        return 1
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out between the two
        cache.set(name, 1, timeout=WINDOW * 2)
        return 1
