"""People's accounts: the owner of this installation, one-time sign-in links, and handles."""

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify

from projects import errors, storable
from projects.models import User
from projects.services import audit

LOCAL_OWNER = "owner@localhost"
LINK_SALT = "projects.sign-in-link"
LINK_SECONDS = 30 * 60
MOST_HANDLE = 40
TRIES = 20


def local_owner(*, email: str = LOCAL_OWNER, name: str = "Owner") -> User:
    """The account of whoever started this installation; made once, without a password."""
    user = find(email)
    if user is None:
        try:
            with transaction.atomic():
                user = User.objects.create_superuser(email, name=name)
        except IntegrityError:  # two processes started at once
            user = User.objects.get(email__iexact=email)
    ensure_handle(user)
    return user


def find(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def ensure_handle(user: User) -> str:
    """The name in addresses, allocated when it is first needed."""
    for _ in range(TRIES):
        if user.handle:
            return user.handle
        handle = _free_handle(user)
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk, handle=None).update(handle=handle)
        except IntegrityError:
            continue  # somebody took it between the look and the update
        user.refresh_from_db(fields=["handle"])
    raise errors.Busy("No free handle was found. Please try again.")


def check_not_above(user: User, by: User) -> None:
    """What lets a superuser in is taken away by superusers alone."""
    if user.is_superuser and not by.is_superuser:
        raise errors.NotAllowed("Only a superuser decides how a superuser signs in.")


def shown(user: User) -> str:
    """What others in a project may call somebody: never an address."""
    return user.shown


def _free_handle(user: User) -> str:
    stem = slugify(user.name or user.email.split("@")[0])[: MOST_HANDLE - 8].strip("-_") or "user"
    taken = set(User.objects.filter(handle__startswith=stem).values_list("handle", flat=True))
    number = 2
    candidate = stem
    while candidate in taken:
        candidate = f"{stem}-{number}"
        number += 1
    return candidate


def rename(user: User, *, name: str) -> None:
    user.name = storable.name(name)
    if not user.name:
        raise errors.BadName("A name needs letters.")
    user.save(update_fields=["name"])


def admit(user: User, *, active: bool, by: User) -> None:
    """Let somebody in again, or lock them out: every door asks whether an account is active."""
    if user == by and not active:
        raise errors.Closed("Nobody locks themselves out.")
    with transaction.atomic():
        fresh = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        if fresh is None:
            raise errors.Missing("This account was deleted meanwhile.")
        if fresh.is_superuser and not by.is_superuser:
            raise errors.NotAllowed("Only a superuser locks out a superuser, or lets one in again.")
        if fresh.is_active != active:
            fresh.is_active = active
            fresh.save(update_fields=["is_active"])
            audit.write("user_admitted" if active else "user_locked_out", by=by, target=fresh)
    user.is_active = active


def sign_in_token(user: User) -> str:
    """A secret for one sign-in, soon. Making it changes nothing; using it voids all others."""
    return signing.dumps([user.pk, user.link_epoch], salt=LINK_SALT)


def redeem(token: str) -> User | None:
    """Whose token this is, once.

    The epoch in the token must still be the user's; raising it in the same statement means that of
    two requests with one token only one changes a row.
    """
    try:
        pk, epoch = signing.loads(token, salt=LINK_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    unused = User.objects.filter(pk=pk, link_epoch=epoch, is_active=True)
    if not unused.update(link_epoch=F("link_epoch") + 1):
        return None
    return User.objects.filter(pk=pk).first()
