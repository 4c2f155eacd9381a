"""Second factors of people: how they are kept, and taking them away from somebody who lost theirs."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from projects import sealing
from projects.models import User
from projects.services import accounts, audit

ABOUT = "second factor"
# allauth's names: of what an app makes codes from, and of what codes for recovery are made from.
FIELDS = ("secret", "seed")


def seal(text: str) -> str:
    return sealing.seal(text, about=ABOUT)


def open(sealed: str) -> str:  # noqa: A001 - callers write factors.open
    return sealing.open(sealed, about=ABOUT)


def sealed() -> Iterator[tuple[Authenticator, str, str]]:
    """(row, field, text) of all that is encrypted in them."""
    for row in Authenticator.objects.order_by("pk"):
        for field in FIELDS:
            if text := row.data.get(field):
                yield row, field, text


def reseal(row: Authenticator, field: str) -> bool:
    """With the newest key; under the row's lock, for a recovery code may be used meanwhile."""
    with transaction.atomic():
        fresh = Authenticator.objects.select_for_update().filter(pk=row.pk).first()
        if fresh is None or field not in fresh.data:
            return False
        fresh.data[field] = seal(open(fresh.data[field]))
        fresh.save(update_fields=["data"])
    return True


def remove(user: User, *, by: User | None) -> int:
    """All of them, so that a password or a link is enough again. How many there were."""
    with transaction.atomic():
        count = int(Authenticator.objects.filter(user=user).delete()[0])
        if count:
            audit.write("factors_removed", by=by, target=user, detail={"count": count})
    return count


def remove_one(factor: Authenticator, *, by: User) -> None:
    """With the last one go the codes for recovery: they help whoever lost it, and are no factor of their own."""
    accounts.check_not_above(factor.user, by)
    with transaction.atomic():
        theirs = Authenticator.objects.filter(user=factor.user)
        count = int(theirs.filter(pk=factor.pk).delete()[0])
        if not theirs.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            count += int(theirs.delete()[0])
        if count:
            audit.write("factors_removed", by=by, target=factor.user, detail={"count": count, "kind": factor.type})
