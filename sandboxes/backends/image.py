"""The image of the boxes: gathered from this program's own files, named by what is in them, built by the engine."""

import hashlib
import io
import os
import re
import tarfile
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker

from sandboxes.agent import agent
from sandboxes.backends import container, prepared, registries, toolchain
from sandboxes.errors import Stopped, TemplateFailed

REPOSITORY = "djinn-sandbox"
RECIPE = Path(agent.__file__).parents[2] / "Dockerfile.sandbox"
PROGRAMS = (Path(agent.__file__), Path(agent.__file__).with_name("connector.py"), Path(registries.__file__))
REGISTRIES = "/opt/djinn/registries.json"
ANCHORS = (
    RECIPE.parent / "certificates",
    Path("/usr/local/share/ca-certificates"),
    Path("/etc/pki/ca-trust/source/anchors"),
)
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
PASSED = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
MADE = 1_577_836_800
"""All files are as old as each other, so that the same content is the same image."""
BUILD_SECONDS = 1800
LAST_LINES = 12


def contents() -> dict[str, bytes]:
    """What decides the image's name. Certificates and registries do not: every machine has its own."""
    found = {"Dockerfile": RECIPE.read_bytes()}
    found |= {f"agent/{program.name}": program.read_bytes() for program in PROGRAMS}
    for file in sorted(prepared.SOURCES.rglob("*")):
        if file.is_file():
            found[f"templates/{file.relative_to(prepared.SOURCES)}"] = file.read_bytes()
    return found


def tag(base_image: str) -> str:
    told = hashlib.sha256(base_image.encode())
    for name, content in contents().items():
        told.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return f"{REPOSITORY}:{told.hexdigest()[:16]}"


def certificates() -> dict[str, bytes]:
    """Each one this machine trusts beyond its distribution's own, and each in a file of its own."""
    files = {file for folder in ANCHORS for file in folder.rglob("*") if file.is_file()}
    files |= {path for path in toolchain.certificates().values() if str(path) not in toolchain.BUNDLES}
    found = {match.strip() for file in files for match in CERTIFICATE.findall(_read(file))}
    return {f"certificates/{hashlib.sha256(each).hexdigest()[:16]}.crt": each + b"\n" for each in found}


def build(
    client: Any, base_image: str, progress: Callable[[str], None], should_stop: Callable[[], bool] | None = None
) -> str:
    """Blocks for a minute or more. The engine keeps what was done already, so a second try is quick."""
    name, last = tag(base_image), deque[str](maxlen=LAST_LINES)
    told = client.build(
        fileobj=_context(),
        custom_context=True,
        tag=name,
        rm=True,
        forcerm=True,
        decode=True,
        network_mode="host",  # as the machine itself reaches its registries, whatever networks the engine has
        buildargs=_arguments(base_image),
        labels={container.MANAGED: "1"},
        timeout=BUILD_SECONDS,
        use_config_proxy=False,
    )
    for line in _lines(told):
        if should_stop and should_stop():
            raise Stopped("Building the image of the boxes was stopped.")
        last.append(line[:500])
        progress(last[-1])
    if not exists(client, base_image):
        raise TemplateFailed(f"The image of the boxes could not be built on {base_image}.\n" + "\n".join(last))
    return name


def exists(client: Any, base_image: str) -> bool:
    try:
        client.inspect_image(tag(base_image))
    except docker.errors.ImageNotFound:
        return False
    return True


def registries_of(client: Any, name: str) -> registries.Registries:
    """As its own npm and pip were set when it was built; read from the image, of which no program runs for this."""
    made = client.create_container(name, network_disabled=True)
    try:
        pieces, _ = client.get_archive(made["Id"], REGISTRIES)
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
            file = tar.extractfile(Path(REGISTRIES).name)
            return registries.read(file.read() if file else b"")
    finally:
        client.remove_container(made["Id"], force=True)


def prune(client: Any, base_image: str) -> list[str]:
    """Remove images of ours but today's; one that a box still uses stays."""
    removed, kept = [], tag(base_image)
    for found in client.images(filters={"label": f"{container.MANAGED}=1"}):
        names = found.get("RepoTags") or []
        if kept not in names:
            try:
                client.remove_image(found["Id"], force=len(names) > 1)
            except docker.errors.APIError:
                continue
            removed.append(next(iter(names), found["Id"]))
    return removed


def _context() -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        folder = tarfile.TarInfo("certificates")
        folder.type, folder.mode, folder.mtime = tarfile.DIRTYPE, 0o755, MADE
        tar.addfile(folder)
        for name, content in sorted({**contents(), **certificates()}.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), 0o644, MADE
            tar.addfile(entry, io.BytesIO(content))
    packed.seek(0)
    return packed


def _arguments(base_image: str) -> dict[str, str]:
    found = registries.find()
    given = {
        "BASE_IMAGE": base_image,
        "NPM_CONFIG_REGISTRY": found.npm,
        "PIP_INDEX_URL": found.pip,
        "PIP_EXTRA_INDEX_URL": " ".join(found.pip_extra),
        **{name: os.environ.get(name, "") for name in PASSED},
    }
    return {name: value for name, value in given.items() if value}


def _lines(told: Iterator[dict[str, Any]]) -> Iterator[str]:
    """The engine answers in pieces of text, of downloads, and with a last word when it failed."""
    for piece in told:
        text = str(piece.get("stream") or piece.get("error") or _download(piece))
        yield from filter(None, (line.strip() for line in text.splitlines()))


def _download(piece: dict[str, Any]) -> str:
    return "" if piece.get("progressDetail") else str(piece.get("status") or "")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
