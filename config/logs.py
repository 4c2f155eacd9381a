"""Structured logs: one line per fact, coloured for people or JSON for machines. Not the event feed."""

from typing import Any

import structlog


def configure(*, level: str, as_json: bool) -> dict[str, Any]:
    """Sets structlog up and returns Django's LOGGING, so both voices end in the same stream."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        # By its name: it knows Django's exceptions, and this is read before Django is set up.
        "filters": {"one line": {"()": "config.faults.OneLine"}},
        "formatters": {"line": {"()": structlog.stdlib.ProcessorFormatter, **_formatter(shared, as_json)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one line"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.channels.server": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
        },
    }


def _formatter(shared: list[structlog.typing.Processor], as_json: bool) -> dict[str, Any]:
    ending: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        ending += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # Plain, because the prettier ones print local variables, and those may hold keys.
        plain = structlog.dev.plain_traceback
        ending += [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plain)]
    return {"processors": ending, "foreign_pre_chain": shared}
