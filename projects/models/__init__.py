"""What a project is, as rows. Written only by `projects.services`."""

from projects.models.changesets import Change, ChangeSet
from projects.models.events import Event
from projects.models.files import Blob, ProjectFile
from projects.models.projects import Branch, Member, Project
from projects.models.users import ApiToken, User
from projects.models.versions import Version

__all__ = [
    "ApiToken",
    "Blob",
    "Branch",
    "Change",
    "ChangeSet",
    "Event",
    "Member",
    "Project",
    "ProjectFile",
    "User",
    "Version",
]
