"""What an app looks like, for cards and programs: the newest picture that a worker took of it."""

from django.db.models import CharField, OuterRef, QuerySet, Subquery

from projects import errors
from projects.models import Project
from projects.services import branches, contents
from sandboxes.models import Picture, Sandbox

MEDIA_TYPE = "image/webp"


def beside(rows: "QuerySet[Project]") -> "QuerySet[Project]":
    """Each with the hash of its picture as `picture`, empty-handed where there is none."""
    taken = Picture.objects.filter(sandbox__project=OuterRef("pk"), sandbox__branch__name=branches.MAIN)
    return rows.annotate(picture=Subquery(taken.values("blob_id")[:1], output_field=CharField()))


def has_one(sandbox: Sandbox) -> bool:
    found: Picture | None = getattr(sandbox, "picture", None)
    return found is not None and found.blob_id is not None


def hash_of(sandbox: Sandbox) -> str:
    """Of its bytes: another with each picture."""
    found = Picture.objects.filter(sandbox=sandbox.pk).values_list("blob_id", flat=True).first()
    if not found:
        raise errors.Missing("There is no picture of this app yet.")
    return str(found)


def read(sha256: str) -> bytes:
    return b"".join(contents.read([sha256]))
