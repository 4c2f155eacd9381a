"""nginx as docs/how-to/nginx.conf shows it, with names and ports of this machine and a certificate of its own."""

import re
import shutil
import ssl
from pathlib import Path

from shell import ROOT, Failed, run

NAME = "djinn-trial-proxy"
DOCUMENTED = ROOT / "docs" / "how-to"
SITE, PREVIEWS = "localhost", "previews.localhost"


def start(folder: Path, *, label: str, port: int, web: int, edge: int) -> ssl.SSLContext:
    """Listening; whom to trust to reach it."""
    _certificate(folder)
    told = (DOCUMENTED / "nginx.conf").read_text()
    for documented, ours in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "djinn.example.org": SITE,
        "djinn-previews.example": PREVIEWS,
        "127.0.0.1:8000": f"127.0.0.1:{web}",
        "127.0.0.1:8001": f"127.0.0.1:{edge}",
    }.items():
        if documented not in told:
            raise Failed(f"{DOCUMENTED / 'nginx.conf'} is without {documented!r}.")
        told = re.sub(rf"(?m)^(?!#)(.*){re.escape(documented)}", rf"\g<1>{ours}", told)
    (folder / "djinn").write_text(told)
    shutil.copy2(DOCUMENTED / "djinn-proxy.conf", folder)
    run("docker", "create", "--name", NAME, "--label", label, "--network", "host", NAME)
    for file, place in {
        "djinn": "/etc/nginx/sites-enabled/djinn",
        "djinn-proxy.conf": "/etc/nginx/djinn-proxy.conf",
        "djinn.pem": "/etc/ssl/djinn.pem",
        "djinn.key": "/etc/ssl/djinn.key",
    }.items():
        run("docker", "cp", str(folder / file), f"{NAME}:{place}")
    run("docker", "start", NAME)
    return ssl.create_default_context(cafile=folder / "djinn.pem")


def _certificate(folder: Path) -> None:
    names = f"subjectAltName=DNS:{SITE},DNS:*.{PREVIEWS}"
    run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-days", "2", "-subj", "/CN=djinn-trial", "-addext", names),
        *("-keyout", str(folder / "djinn.key"), "-out", str(folder / "djinn.pem")),
    )
