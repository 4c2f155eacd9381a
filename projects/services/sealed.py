"""All that is encrypted in this database: whether the keys for it are here, and sealing it anew with the newest."""

from collections import Counter

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Substr

from projects import errors, sealing
from projects.models import Remote, Secret
from projects.services import factors

Row = Secret | Remote


def about_secret(secret: Secret) -> str:
    return f"secret {secret.project_id} {secret.name}"


def about_remote(remote: Remote) -> str:
    return f"remote {remote.project_id} {remote.pk}"


def marks() -> Counter[str]:
    """How many texts each key has sealed; under an empty mark what nobody sealed. Reads their beginnings alone."""
    found: Counter[str] = Counter()
    room = len(sealing.prefix(settings.ENCRYPTION_KEY))
    for model in (Secret, Remote):
        rows = model._default_manager.exclude(ciphertext="").order_by().values(start=Substr("ciphertext", 1, room))
        for start, count in rows.annotate(count=Count("pk")).values_list("start", "count"):
            found[_mark_of(start)] += count
    found.update(_mark_of(text) for _, _, text in factors.sealed())
    return found


def missing() -> list[str]:
    """The marks of keys that something here is sealed with and that are not here."""
    here = {sealing.mark(key) for key in sealing.every_key()}
    return sorted(mark for mark in marks() if mark and mark not in here)


def check() -> None:
    """Raises MissingKey. Whoever went on would call people's secrets lost, or write new ones beside them."""
    for mark in missing():
        raise errors.MissingKey(mark)


def reseal() -> tuple[int, list[str]]:
    """How many were sealed anew, and a sentence for each that does not open. Row by row: it may end anywhere."""
    done, refused = 0, []
    for row in _old():
        try:
            done += _reseal(row)
        except errors.Refusal as refusal:
            refused.append(f"{row._meta.verbose_name} {row} of project {row.project_id}: {refusal}")
    for factor, field, text in list(factors.sealed()):
        if text.startswith(sealing.prefix(settings.ENCRYPTION_KEY)):
            continue
        try:
            done += factors.reseal(factor, field)
        except errors.Refusal as refusal:
            refused.append(f"second factor {factor.pk} of person {factor.user_id}: {refusal}")
    return done, refused


def _old() -> list[Row]:
    newest = sealing.prefix(settings.ENCRYPTION_KEY)
    secrets = Secret.objects.exclude(ciphertext="").exclude(ciphertext__startswith=newest)
    remotes = Remote.objects.exclude(ciphertext="").exclude(ciphertext__startswith=newest)
    return [*secrets, *remotes]


def _reseal(old: Row) -> bool:
    """Unless somebody changed it meanwhile: then it was sealed by the newest key."""
    about = about_secret(old) if isinstance(old, Secret) else about_remote(old)
    fresh = sealing.seal(sealing.open(old.ciphertext, about=about), about=about)
    same = type(old)._default_manager.filter(pk=str(old.pk), ciphertext=old.ciphertext)
    return bool(same.update(ciphertext=fresh))


def _mark_of(start: str) -> str:
    try:
        return sealing.mark_of(start)
    except errors.Damaged:
        return ""
