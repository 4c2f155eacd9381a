"""Where a project's tree runs, as rows."""

from sandboxes.models.commands import Command
from sandboxes.models.complaints import Complaint
from sandboxes.models.console import ConsoleEntry
from sandboxes.models.duties import Duty
from sandboxes.models.reports import PackageReport
from sandboxes.models.samples import Sample
from sandboxes.models.sandboxes import Sandbox

__all__ = ["Command", "Complaint", "ConsoleEntry", "Duty", "PackageReport", "Sample", "Sandbox"]
