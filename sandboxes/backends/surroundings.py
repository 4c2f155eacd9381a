"""The variables a box starts with: where packages come from and how to get at them. Never a password."""

import os
from collections.abc import Mapping, Sequence

from sandboxes.agent import agent
from sandboxes.backends import registries

PROXY = f"http://127.0.0.1:{agent.PROXY_PORT}"


def variables(
    programs: Sequence[str],
    extra: Mapping[str, str],
    found: registries.Registries,
    *,
    packages: str = "",
    certificates: Mapping[str, str],
) -> dict[str, str]:
    """`programs` comes first on PATH, `packages` last where Python looks."""
    return {
        "PATH": os.pathsep.join(dict.fromkeys([*programs, "/usr/local/bin", "/usr/bin", "/bin"])),
        "HOME": "/tmp/home",  # noqa: S108
        "USER": "app",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), PROXY),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1"),
        **_npm(found),
        **_pip(found),
        **certificates,
        **extra,
        **_python_path(extra.get("PYTHONPATH", ""), packages),
    }


def _npm(found: registries.Registries) -> dict[str, str]:
    return {
        **({"npm_config_registry": found.npm} if found.npm else {}),
        **{f"npm_config_{name}": url for name, url in found.scopes if url},
        "npm_config_proxy": PROXY,
        "npm_config_https_proxy": PROXY,
        "npm_config_cache": "/tmp/.npm",  # noqa: S108
        **dict.fromkeys(("npm_config_audit", "npm_config_fund", "npm_config_update_notifier"), "false"),
    }


def _pip(found: registries.Registries) -> dict[str, str]:
    return {
        **({"PIP_INDEX_URL": found.pip} if found.pip else {}),
        **({"PIP_EXTRA_INDEX_URL": " ".join(found.pip_extra)} if found.pip_extra else {}),
        "PIP_CACHE_DIR": "/tmp/.pip",  # noqa: S108
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _python_path(own: str, packages: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (own, packages)))
    return {"PYTHONPATH": path} if path else {}
