"""The two shapes of the program: one machine with files, or several hosts with PostgreSQL and Redis.

Both addresses are given or neither is. Each function turns one of them into the setting that a library wants.
"""

import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.admission import MANY

Setting = dict[str, Any]

POSTGRES = ("postgres", "postgresql")
REDIS = ("redis", "rediss", "unix")
MAIL = ("smtp", "smtps")

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A letter is sent while somebody waits for the page.
MAIL_SECONDS = 10
# Longer than any task may take: a message that is delivered again must not double a job.
VISIBILITY_SECONDS = 4 * 3600
CONNECT_SECONDS = 5
ANSWER_SECONDS = 1
# A host that vanished without a word is noticed after half a minute instead of two hours.
ALIVE = {
    getattr(socket, name): seconds
    for name, seconds in {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}.items()
    if hasattr(socket, name)
}
# Who asks by a message does not wait for a broker that is gone.
BRIEFLY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}
_LASTING = {
    "socket_keepalive": True,
    "socket_keepalive_options": ALIVE,
    "socket_connect_timeout": CONNECT_SECONDS,
}


def check(database_url: str, redis_url: str) -> None:
    if bool(database_url) != bool(redis_url):
        here, missing = ("DATABASE_URL", "REDIS_URL") if database_url else ("REDIS_URL", "DATABASE_URL")
        raise ImproperlyConfigured(f"{here} is set and {missing} is not; several hosts need both, one machine neither.")


def database(url: str, home: Path) -> Setting:
    return _postgres(url) if url else _sqlite(home)


def _sqlite(home: Path) -> Setting:
    """WAL and IMMEDIATE make many writers wait instead of failing with "database is locked"; our engine lets them
    through in the order in which they came."""
    return {
        "ENGINE": "config.sqlite",
        "NAME": home / "db.sqlite3",
        "CONN_MAX_AGE": None,  # opening one costs more than most requests
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;"
                "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
            ),
        },
        "TEST": {"NAME": home / "test.sqlite3"},
    }


def _postgres(url: str) -> Setting:
    """A pool, since each request has its own thread; limits, since a stopped process may hold a lock."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL is without the name of a database; it ends with one, as in …/djinn.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "djinn",
            "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=30s",
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            # Gone, it is waited for shortly; back, it is found at the next question: pauses must not grow.
            # One for each request that may be under way, and some for sockets and the feed.
            "pool": {"min_size": 0, "max_size": MANY + 6, "timeout": 4, "max_idle": 60, "reconnect_timeout": 3},
            **dict(parse_qsl(parts.query)),
        },
    }


def layer(redis_url: str, prefix: str, folder: Path) -> Setting:
    if not redis_url:
        return {"BACKEND": "config.layer.DatagramLayer", "CONFIG": {"folder": folder}}
    # No read timeout: silence is what a subscription mostly hears. Redis' own client would give up after 5 s.
    host = {"address": redis_url, "socket_timeout": None, "max_connections": 10_000, **_LASTING}
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [host], "prefix": f"{prefix}:bells"},
    }


def broker(redis_url: str, prefix: str, folder: Path) -> tuple[str, Setting]:
    """The address of Celery's broker and the options of its transport."""
    if not redis_url:
        return "folder://localhost", {"folder": folder, "polling_interval": 0.1}
    return redis_url, {
        "visibility_timeout": VISIBILITY_SECONDS,
        "global_keyprefix": f"{prefix}:",
        **_LASTING,
        **BRIEFLY,
        "socket_timeout": ANSWER_SECONDS,
    }


def cache(redis_url: str, prefix: str) -> Setting:
    """Rate limits and the like; nothing that may not be lost."""
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "config.cache.FallingBack",
        "LOCATION": redis_url,
        "KEY_PREFIX": f"{prefix}:cache",
        "OPTIONS": {"socket_connect_timeout": ANSWER_SECONDS, "socket_timeout": ANSWER_SECONDS},
    }


def mail(url: str) -> Setting:
    """Django's settings for a server of letters; without one they go to the terminal."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if not parts.hostname:
        raise ImproperlyConfigured("DJINN_MAIL_URL names no host.")
    is_wrapped = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if is_wrapped else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_wrapped,
        # A server on this machine needs none, and seldom has any.
        "EMAIL_USE_TLS": not is_wrapped and parts.hostname not in LOOPBACK,
        "EMAIL_TIMEOUT": MAIL_SECONDS,
    }
