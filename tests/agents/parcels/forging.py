"""Parcels as somebody makes them up."""

import hashlib
import io
import json
import zipfile

import pytest

from agents.models import Job, Session
from agents.services import parcels
from projects.errors import BadArchive
from projects.models import Blob, Branch, Event, Project, User, Version
from projects.store import trees
from projects.store.trees import Entry

Parts = dict[str, bytes]


def parts_of(parcel: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(parcel)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def zipped(parts: Parts) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file


def sealed(parts: Parts) -> Parts:
    """As whoever makes one up would: the list says what is there."""
    manifest = json.loads(parts["manifest.json"])
    others = {
        name: part for name, part in parts.items() if name != "manifest.json" and not name.startswith("contents/")
    }
    manifest["parts"] = {name: hashlib.sha256(part).hexdigest() for name, part in others.items()}
    rows = json.loads(parts["job.json"])
    for name, tree in rows["trees"].items():
        if tree is not None:
            manifest["trees"][name] = trees.tree_hash({path: Entry(*entry) for path, entry in tree.items()})
    return {**parts, "manifest.json": json.dumps(manifest).encode()}


def counted() -> list[int]:
    kinds = (Project, Branch, Version, Session, Job, Event, Blob)
    return [kind.objects.count() for kind in kinds]


def refusal(file: io.BytesIO, owner: User, project: Project) -> str:
    before = counted()
    with pytest.raises(BadArchive):
        parcels.make(file, by=owner)
    with pytest.raises(BadArchive) as refused:
        parcels.take(file, project, by=owner)
    assert counted() == before
    return str(refused.value)
