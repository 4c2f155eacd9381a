"""Where a project is pushed to: added, changed and removed by its owner. What signs in there is sealed."""

import json
import re
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from projects import access, errors, feed, sealing
from projects.enums import Ability
from projects.git import addresses
from projects.git.addresses import Address
from projects.models import Project, Remote, User
from projects.services import audit, sealed

MOST = 20
MOST_NAME = 40
MOST_CREDENTIAL = 2000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def add(
    project: Project,
    *,
    name: str,
    url: str,
    by: User,
    username: str = "",
    password: str = "",
    is_automatic: bool = False,
) -> Remote:
    """Who signs in may stand in the address; it is taken out and sealed."""
    address = _checked(url, username, password)
    with transaction.atomic():
        _lock(project, Ability.OWN, by=by)
        _check_name(project, name, None)
        if project.remotes.count() >= MOST:
            raise errors.BadName(f"A project has at most {MOST} remotes.")
        remote = Remote(project=project, name=name, url=address.url, is_automatic=is_automatic, created_by=by)
        _seal(remote, address)
        remote.save()
        audit.write("remote_added", by=by, project=project, target=remote, detail={"url": address.url})
    return remote


def change(
    remote: Remote,
    *,
    by: User,
    name: str | None = None,
    url: str | None = None,
    username: str | None = None,
    password: str | None = None,
    is_automatic: bool | None = None,
) -> Remote:
    """None stays. Another address forgets the password: it was meant for the old one."""
    with transaction.atomic():
        _lock(remote.project, Ability.OWN, by=by)
        fresh = Remote.objects.get(pk=remote.pk)
        if name is not None:
            _check_name(fresh.project, name, fresh)
            fresh.name = name
        if is_automatic is not None:
            fresh.is_automatic = is_automatic
        _readdress(fresh, url, username, password)
        fresh.save()
        audit.write("remote_changed", by=by, project=fresh.project, target=fresh, detail={"url": fresh.url})
    return fresh


def _readdress(remote: Remote, url: str | None, username: str | None, password: str | None) -> None:
    if url is None and username is None and password is None:
        return
    address = _checked(url or remote.url, username or "", password or "")
    is_same = address.url == remote.url
    if is_same and not (address.username or address.password) and username is None and password is None:
        return
    if is_same and username and not password:
        address = Address(address.url, username, address_of(remote).password)
    if is_same and username is None and not address.username:
        address = Address(address.url, _known(remote).username, address.password)
    if not is_same:
        remote.pushed, remote.pushed_at = {}, None
    remote.url = address.url
    _seal(remote, address)


def remove(remote: Remote, *, by: User) -> None:
    with transaction.atomic():
        _lock(remote.project, Ability.KEEP, by=by)
        audit.write("remote_removed", by=by, project=remote.project, target=remote, detail={"url": remote.url})
        remote.delete()


def find(project: Project, remote_id: UUID) -> Remote | None:
    return project.remotes.filter(pk=remote_id).first()


def address_of(remote: Remote) -> Address:
    """With what signs in there; for whoever goes there, and for nobody else."""
    if not remote.ciphertext:
        return Address(remote.url)
    username, password = json.loads(sealing.open(remote.ciphertext, about=sealed.about_remote(remote)))
    return Address(remote.url, username, password)


def username_of(remote: Remote) -> str:
    """Who signs in there, to be shown; nothing when the key is away, or when the name alone may be a token."""
    known = _known(remote)
    return known.username if known.password else ""


def _known(remote: Remote) -> Address:
    try:
        return address_of(remote)
    except errors.Refusal:
        return Address(remote.url)


def note_push(remote: Remote, pushed: dict[str, str], *, job_ref: UUID, by: User | None) -> None:
    """What the remote has now, and everybody is told. Inside the transaction of whoever pushed."""
    fresh = Remote.objects.filter(pk=remote.pk, url=remote.url).first()
    if fresh is None or not pushed:
        return
    news = sorted(branch for branch, oid in pushed.items() if fresh.pushed.get(branch) != oid)
    fresh.pushed, fresh.pushed_at = {**fresh.pushed, **pushed}, timezone.now()
    fresh.save(update_fields=["pushed", "pushed_at"])
    payload = {"remote": str(fresh.pk), "name": fresh.name, "url": fresh.url, "branches": news}
    feed.record(fresh.project, "remote_pushed", payload, actor=by, job_ref=job_ref)


def _checked(url: str, username: str, password: str) -> Address:
    written = addresses.read(url)
    username, password = username or written.username, password or written.password
    for value in (username, password):
        if len(value) > MOST_CREDENTIAL or any(not char.isprintable() for char in value):
            raise errors.BadUrl("The user name or the password holds what no server takes, or is too long.")
    if ":" in username:
        raise errors.BadUrl("A user name has no colon in it.")
    return Address(written.url, username, password)


def _check_name(project: Project, name: str, known: Remote | None) -> None:
    if not _NAME.fullmatch(name):
        raise errors.BadName(f"A remote's name has up to {MOST_NAME} letters, digits, dots, dashes and underscores.")
    others = project.remotes.exclude(pk=known.pk) if known else project.remotes.all()
    if others.filter(name=name).exists():
        raise errors.BadName(f"There is a remote called {name!r} already.")


def _seal(remote: Remote, address: Address) -> None:
    both = json.dumps([address.username, address.password])
    is_open = not address.username and not address.password
    remote.ciphertext = "" if is_open else sealing.seal(both, about=sealed.about_remote(remote))


def _lock(project: Project, ability: Ability, *, by: User) -> None:
    Project.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
    access.check_still(project, ability, by=by, right="projects.change_remote")
