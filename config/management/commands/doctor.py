"""Says what this machine can and cannot do for Djinn, and how to put it right."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config import findings
from config.findings import State


class Command(BaseCommand):
    help = "Say what this machine can and cannot do, and how to fix it. Ends with 1 when something is broken."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for finding in findings.all_of_them():
            self.stdout.write(f"{finding.state.value} {finding.name:<14} {finding.says}")
            if finding.fix:
                self.stdout.write(f"  {'':<14} → {finding.fix}")
            broken += finding.state is State.BROKEN
        self.stdout.write("\n✓ works   – limited, or not used   ✗ must be fixed\n")
        self.stdout.write("Something above must be fixed first." if broken else "Djinn can run here.")
        sys.exit(1 if broken else 0)
