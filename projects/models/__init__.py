"""What a project is, as rows. Written only by `projects.services`."""

from projects.models.changesets import Change, ChangeSet
from projects.models.events import Event
from projects.models.files import Blob, ProjectFile
from projects.models.people import AuditEntry, Invitation
from projects.models.projects import Branch, Member, Project
from projects.models.requests import IdempotencyRecord
from projects.models.secrets import Remote, Secret
from projects.models.users import ApiToken, User
from projects.models.versions import Checkpoint, Parentage, Version

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Blob",
    "Branch",
    "Change",
    "ChangeSet",
    "Checkpoint",
    "Event",
    "IdempotencyRecord",
    "Invitation",
    "Member",
    "Parentage",
    "Project",
    "ProjectFile",
    "Remote",
    "Secret",
    "User",
    "Version",
]
