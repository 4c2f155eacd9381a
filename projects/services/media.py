"""What kind of thing some bytes are, and how to hand them out so that no browser ever runs them.

The name says what it is, the content whether that is true: what calls itself a picture and is none is just bytes.
"""

import mimetypes
from urllib.parse import quote

from projects.store import diffs

BYTES = "application/octet-stream"
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"wOF2", "font/woff2"),
    (b"wOFF", "font/woff"),
)
_PICTURES = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/x-icon", "image/svg+xml"}
)
# The same on every machine, whatever its own tables say.
_BY_NAME = {
    ".ts": "text/typescript", ".tsx": "text/typescript", ".jsx": "text/javascript", ".mjs": "text/javascript",
    ".js": "text/javascript", ".py": "text/x-python", ".md": "text/markdown", ".json": "application/json",
    ".svg": "image/svg+xml", ".html": "text/html", ".htm": "text/html", ".css": "text/css", ".csv": "text/csv",
    ".xml": "application/xml", ".txt": "text/plain", ".toml": "application/toml", ".yaml": "application/yaml",
    ".yml": "application/yaml", ".sh": "application/x-sh",
}  # fmt: skip
# Nothing of it runs, nothing is loaded, it stands in an origin of its own.
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def type_of(path: str, content: bytes) -> str:
    found = _sniffed(content)
    if found:
        return found
    text = diffs.text_of(content)
    if text is None:
        return BYTES
    name = path.rpartition("/")[2].lower()
    guess = _BY_NAME.get("." + name.rpartition(".")[2]) or mimetypes.guess_type(name, strict=True)[0] or ""
    if guess == "image/svg+xml" and "<svg" not in text:
        return "text/plain"
    is_textual = guess.startswith("text/") or guess in _BY_NAME.values()
    return guess if is_textual else "text/plain"


def is_picture(kind: str) -> bool:
    return kind in _PICTURES


def headers(path: str, content: bytes, *, is_inline: bool = False) -> dict[str, str]:
    """Inline: a picture as it is, any other text as plain text; everything else is a download."""
    kind = type_of(path, content)
    is_text = diffs.text_of(content) is not None
    is_shown = is_inline and (is_picture(kind) or is_text)
    if is_shown and not is_picture(kind):
        kind = "text/plain"
    name = quote(path.rpartition("/")[2], safe="")
    return {
        "Content-Type": f"{kind}; charset=utf-8" if is_text else kind,
        "Content-Disposition": f"{'inline' if is_shown else 'attachment'}; filename*=UTF-8''{name}",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _sniffed(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in {b"ftypavif", b"ftypavis"}:
        return "image/avif"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), "")
