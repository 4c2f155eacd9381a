"""Where a project's tree runs, as rows."""

from sandboxes.models.commands import Command
from sandboxes.models.complaints import Complaint
from sandboxes.models.console import ConsoleEntry
from sandboxes.models.duties import Duty
from sandboxes.models.links import ShareLink
from sandboxes.models.pictures import Picture
from sandboxes.models.reports import PackageReport
from sandboxes.models.samples import Sample
from sandboxes.models.sandboxes import Sandbox
from sandboxes.models.spares import Spare

__all__ = [
    "Command", "Complaint", "ConsoleEntry", "Duty", "PackageReport", "Picture", "Sample", "Sandbox", "ShareLink",
    "Spare",
]  # fmt: skip
