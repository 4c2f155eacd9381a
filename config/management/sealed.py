"""For commands that start a server: it must be able to open what is encrypted in its database."""

import structlog
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from projects import errors
from projects.services import sealed

log = structlog.get_logger(__name__)


def need_keys() -> None:
    """A database that does not answer, or is not migrated yet, is told of by whoever needs it next."""
    try:
        sealed.check()
    except errors.MissingKey as missing:
        raise CommandError(_sentence(missing.mark), returncode=4) from None
    except DatabaseError as absent:
        if settings.IS_SCALED:
            log.warning("it was not looked whether the keys are here", because=str(absent))
    finally:
        connection.close()


def _sentence(mark: str) -> str:
    return (
        "Djinn does not start: something in its database was encrypted with a key that is not here "
        f"(mark {mark}). Put the key of your backup into {settings.DJINN_HOME}/keys/encryption.key or "
        "DJINN_ENCRYPTION_KEY; a key that was replaced belongs into DJINN_FORMER_ENCRYPTION_KEYS."
    )
