"""Serves an app without a build step straight from the project's files: no box, no copy on disk."""

from urllib.parse import quote

from asgiref.typing import ASGISendCallable, HTTPScope

from projects.store.trees import Manifest
from sandboxes.preview import answers, bridge, headers, pages, targets

_TYPES = {
    "html": "text/html", "htm": "text/html", "css": "text/css", "js": "text/javascript", "mjs": "text/javascript",
    "json": "application/json", "map": "application/json", "webmanifest": "application/manifest+json",
    "xml": "application/xml", "txt": "text/plain", "md": "text/plain", "csv": "text/csv", "vtt": "text/vtt",
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "avif": "image/avif", "ico": "image/x-icon", "pdf": "application/pdf",
    "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "wasm": "application/wasm",
    "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/wav", "mp4": "video/mp4", "webm": "video/webm",
}  # fmt: skip
_IS_TEXT = ("text/", "application/json", "application/manifest+json", "application/xml", "image/svg+xml")


async def serve(scope: HTTPScope, send: ASGISendCallable, target: targets.Target) -> None:
    is_head = scope["method"] == "HEAD"
    if scope["method"] not in {"GET", "HEAD"}:
        await answers.send_all(send, 405, b"Only GET and HEAD.", more=[(b"allow", b"GET, HEAD")])
        return
    asked = scope["path"].removeprefix("/")
    path = find(target.manifest, asked)
    if path is not None:
        await _send_file(scope, send, target, path, status=200)
    elif f"{asked}/index.html" in target.manifest:
        await _send_folder(scope, send)
    elif "404.html" in target.manifest:
        await _send_file(scope, send, target, "404.html", status=404)
    else:
        await pages.show(send, pages.NOT_FOUND if asked else pages.NO_INDEX, is_head=is_head)


def find(manifest: Manifest, asked: str) -> str | None:
    """The file an address means. A path is only ever a key here: nothing is opened by its name."""
    path = f"{asked}index.html" if asked.endswith("/") or not asked else asked
    return path if path in manifest else None


def content_type(path: str) -> str:
    kind = _TYPES.get(path.rsplit(".", 1)[-1].lower(), "application/octet-stream")
    return f"{kind}; charset=utf-8" if kind.startswith(_IS_TEXT) else kind


async def _send_file(
    scope: HTTPScope, send: ASGISendCallable, target: targets.Target, path: str, *, status: int
) -> None:
    scope, send = bridge.over(scope, send, tree=target.page_tree)
    etag = f'"{target.manifest[path].sha256}"'.encode()
    wanted = [tag.strip().removeprefix(b"W/") for tag in headers.get(scope["headers"], b"if-none-match").split(b",")]
    if status == 200 and (etag in wanted or b"*" in wanted):
        await answers.send_all(send, 304, more=[(b"etag", etag)])
        return
    body = await targets.read(target, path)
    await answers.send_all(
        send,
        status,
        body,
        content_type=content_type(path),
        more=[(b"etag", etag)],
        is_head=scope["method"] == "HEAD",
    )


async def _send_folder(scope: HTTPScope, send: ASGISendCallable) -> None:
    """Relative links only work below a folder's own address."""
    query = scope["query_string"]
    place = quote(f"/{scope['path'].lstrip('/')}/").encode() + (b"?" + query if query else b"")
    await answers.send_all(send, 302, more=[(b"location", place)])
