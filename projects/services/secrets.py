"""A project's secrets: written, used in its box, and never shown again. Only `environment` reads them."""

import re
from collections.abc import Iterator
from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet

from projects import access, errors, masking, sealing, signals
from projects.enums import Ability
from projects.models import Project, Secret, User
from projects.services import audit, projects, sealed, writing

MOST = 100
MOST_NAME = 80
MOST_BYTES = 16 * 1024
MOST_BYTES_TOGETHER = 64 * 1024

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What decides which programs run, what they load and how they reach the world: not for an app to be told by.
_RESERVED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|TERM|LANG|LANGUAGE|TMPDIR|TMP|TEMP|IFS|ENV|BASH_ENV|CDPATH|PS4|PORT"
    r"|NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|REPL_EXTERNAL_MODULE)|GCONV_PATH"
    r"|(HTTPS?|ALL|NO|FTP)_PROXY|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE|OPENSSL_(CONF|MODULES)"
    r"|(DJINN_|LD_|DYLD_|PYTHON|NPM_CONFIG_|PIP_|GIT_|BASH_FUNC_|__).*",
    re.IGNORECASE,
)


def names(project: Project) -> QuerySet[Secret]:
    """Which there are, by name and since when; what is in them is not fetched."""
    return project.secrets.defer("ciphertext").select_related("created_by")


def put(project: Project, *, name: str, value: str, by: User) -> Secret:
    """Write it, new or over the one of this name."""
    name = _checked_name(name)
    value = _checked_value(value)
    with transaction.atomic():
        projects.check_open(writing.lock(project.pk))
        access.check_still(project, Ability.OWN, by=by, right="projects.change_secret")
        known = project.secrets.filter(name=name).first()
        _check_room(project, known, value)
        secret = known or Secret(project=project, name=name, created_by=by)
        secret.ciphertext = sealing.seal(value, about=sealed.about_secret(secret))
        secret.save()
        audit.write("secret_set", by=by, project=project, target=secret, detail={"new": known is None})
    return secret


def remove(project: Project, *, name: str, by: User) -> None:
    with transaction.atomic():
        writing.lock(project.pk)
        access.check_still(project, Ability.KEEP, by=by, right="projects.delete_secret")
        secret = project.secrets.filter(name=name).first()
        if secret is None:
            raise errors.Missing(f"There is no secret called {name[:MOST_NAME]!r}.")
        audit.write("secret_removed", by=by, project=project, target=secret)
        secret.delete()


def environment(project: Project) -> dict[str, str]:
    """For the environment of what runs in the project's box, and for nothing else."""
    return {secret.name: _opened(secret) for secret in project.secrets.all()}


def masker(project: Project) -> masking.Masker:
    """Takes these secrets out of what is said. One that does not open was given to nobody."""
    return masking.Masker(openable(project))


def openable(project: Project) -> Iterator[tuple[str, str]]:
    """For maskers."""
    for secret in project.secrets.all():
        with suppress(errors.Refusal):
            yield secret.name, _opened(secret)


def restart(project: Project, *, by: User) -> None:
    """Have what runs now see the secrets of now. What sleeps sees them when it wakes."""
    transaction.on_commit(lambda: signals.restart_wanted.send(sender=Project, project=project))


def _opened(secret: Secret) -> str:
    return sealing.open(secret.ciphertext, about=sealed.about_secret(secret))


def _checked_name(name: str) -> str:
    name = name.strip()
    if not _NAME.fullmatch(name) or not name.isascii():
        raise errors.BadSecret(
            "A secret is named like an environment variable: letters, digits and underscores, and no digit first."
        )
    if len(name) > MOST_NAME:
        raise errors.BadSecret(f"A name has at most {MOST_NAME} characters.")
    if _RESERVED.fullmatch(name):
        raise errors.BadSecret(f"The name {name} is taken: it decides how programs run in the box.")
    return name


def _checked_value(value: str) -> str:
    """As it will be found again. Browsers send other ends of lines than were typed."""
    value = value.replace("\r\n", "\n")
    if "\0" in value:
        raise errors.BadSecret("There is a null character in this value, and no environment takes one.")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise errors.BadSecret("There is half a letter in this value.") from None
    if size > MOST_BYTES:
        raise errors.BadSecret(f"A value has at most {MOST_BYTES // 1024} KB.")
    if len(value.strip()) < masking.LEAST:
        raise errors.BadSecret(
            f"A value has at least {masking.LEAST} characters: a shorter one could not be hidden in what the app says."
        )
    if masking.is_ordinary(value):
        raise errors.BadSecret(
            "This is too ordinary to be a secret: it is easy to guess, and would be taken out of every text that holds "
            "it. What nobody has to hide stands in the app's own files, such as .env; there is no other place for it."
        )
    return value


def _check_room(project: Project, known: Secret | None, value: str) -> None:
    others = project.secrets.exclude(name=known.name if known else "")
    if known is None and others.count() >= MOST:
        raise errors.BadSecret(f"A project has at most {MOST} secrets.")
    # What is sealed is a third longer than what is inside, and a little more.
    taken = sum(len(ciphertext) * 3 // 4 for ciphertext in others.values_list("ciphertext", flat=True))
    if taken + len(value.encode()) > MOST_BYTES_TOGETHER:
        raise errors.BadSecret(f"All secrets of a project together have at most {MOST_BYTES_TOGETHER // 1024} KB.")
