"""Packages of an app, as the API takes and gives them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from agents.services.packages import MOST, Changed
from projects.rest import In, Out, Text, etags
from projects.store import branchnames
from sandboxes.packages.words import MOST_NAME
from sandboxes.services import packages
from sandboxes.services.packages import Listing, Package


class PackagesWhere(In):
    """Of this branch; without a name `main`."""

    branch: str = Text("", most=branchnames.MOST)


class PackagesAdd(PackagesWhere):
    """Names, each with a version where one is wanted: `zod`, `zod@4`, `flask==3.1`. `dev`: for development alone."""

    packages: list[str] = Field(..., min_length=1, max_length=MOST)
    dev: bool = False


class PackagesUpgrade(PackagesWhere):
    """Without a version: to the newest that the registry told of."""

    packages: list[str] = Field(..., min_length=1, max_length=MOST)


class PackagesChanged(Out):
    """`version` is the one that says so now, `job` installs it. Null where all was so already."""

    version: int | None
    job: UUID | None

    @staticmethod
    def resolve_version(changed: Changed, context: Any) -> int | None:
        return changed.version.number if changed.version else None

    @staticmethod
    def resolve_job(changed: Changed, context: Any) -> UUID | None:
        return changed.job.pk if changed.job else None


class PackageSince(Out):
    """`job` is null where a person put it there."""

    version: int
    at: datetime
    job: UUID | None


class PackageOut(Out):
    """`wanted` is what the list says; `installed` and `newest` are empty where nobody knows.

    `is_brought`: it comes with every app of this kind. `since` is null where the history is too long to look through.
    """

    name: str = Field(..., max_length=MOST_NAME)
    wanted: str
    installed: str
    newest: str
    is_outdated: bool
    is_dev: bool
    is_brought: bool
    since: PackageSince | None

    @staticmethod
    def resolve_is_outdated(package: Package, context: Any) -> bool:
        return package.is_outdated


class WeaknessOut(Out):
    """A known vulnerability. `fix` is a version without it, where there is one."""

    name: str
    severity: str
    title: str
    url: str
    versions: str
    fix: str


class RegistryTold(Out):
    """What the registry told, and when; `problems` are sentences about what it did not. `weaknesses` is null where it
    did not say whether there are any."""

    asked_at: datetime
    answered_at: datetime | None
    is_asking: bool
    problems: list[str]
    weaknesses: list[WeaknessOut] | None

    @staticmethod
    def resolve_is_asking(report: Any, context: Any) -> bool:
        return packages.is_asking(report)


class InstallTold(Out):
    """The newest install in the app's box. `trouble` is a word for what went wrong, `fix` what can be done."""

    title: str
    state: str
    exit_code: int | None
    trouble: str
    sentence: str
    fix: str
    at: datetime


class PackageList(Out):
    """`path` is the file that lists them, `etag` what `If-Match` takes; `fault` says why it cannot be read.

    `others` are lines of it that name no package; `along` counts packages that came with those that are listed.
    """

    stack: str
    path: str
    etag: str
    fault: str
    is_locked: bool
    along: int
    others: list[str]
    packages: list[PackageOut]
    registry: RegistryTold | None
    install: InstallTold | None

    @staticmethod
    def resolve_stack(listing: Listing, context: Any) -> str:
        return listing.stack.name

    @staticmethod
    def resolve_path(listing: Listing, context: Any) -> str:
        return listing.stack.packages

    @staticmethod
    def resolve_etag(listing: Listing, context: Any) -> str:
        return etags.tag(listing.etag) if listing.etag else ""

    @staticmethod
    def resolve_registry(listing: Listing, context: Any) -> Any:
        return listing.report

    @staticmethod
    def resolve_install(listing: Listing, context: Any) -> dict[str, Any] | None:
        if listing.last is None:
            return None
        command, trouble = listing.last
        return {
            "title": command.title,
            "state": command.state,
            "exit_code": command.exit_code,
            "trouble": trouble.kind if trouble else "",
            "sentence": trouble.sentence if trouble else "",
            "fix": trouble.fix if trouble else "",
            "at": command.started_at,
        }
