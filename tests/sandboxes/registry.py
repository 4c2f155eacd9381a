"""Where this machine's package registries are mirrored inside, boxes may reach the mirror."""

import ipaddress
import socket

from pytest_django.fixtures import Settings

from sandboxes.wire.egress import hosts_from_package_managers


def reach(settings: Settings) -> None:
    for host in hosts_from_package_managers():
        address = ipaddress.ip_address(socket.gethostbyname(host))
        if not address.is_global:
            settings.SANDBOX_EGRESS_EXTRA_CIDRS = [*settings.SANDBOX_EGRESS_EXTRA_CIDRS, f"{address}/32"]
