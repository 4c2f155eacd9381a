import pytest

from projects.services import media

PNG = b"\x89PNG\r\n\x1a\n\0"


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("a.png", PNG, "image/png"),
        ("a.txt", PNG, "image/png"),
        ("a.png", b"<script>alert(1)</script>", "text/plain"),
        ("a.png", b"\0rubbish", media.BYTES),
        ("a.webp", b"RIFF\0\0\0\0WEBP\0", "image/webp"),
        ("a.svg", b"<svg xmlns='x'/>", "image/svg+xml"),
        ("a.svg", b"<html>", "text/plain"),
        ("a.html", b"<p>", "text/html"),
        ("a.ts", b"let a", "text/typescript"),
        ("a.json", b"{}", "application/json"),
        ("Makefile", b"all:", "text/plain"),
        ("a.bin", b"\xff\0", media.BYTES),
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
    ],
)
def test_the_name_says_what_it_is_and_the_content_whether_that_is_true(path: str, content: bytes, kind: str):
    assert media.type_of(path, content) == kind


@pytest.mark.parametrize("path", ["a.html", "a.svg", "a.xml", "a.js", "a"])
def test_a_text_is_shown_as_text_and_never_run(path: str):
    headers = media.headers(path, b"<html><script>alert(1)</script>", is_inline=True)
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Content-Disposition"].startswith("inline")
    assert (headers["X-Content-Type-Options"], headers["Content-Security-Policy"]) == ("nosniff", media.POLICY)
    assert "allow" not in media.POLICY


def test_what_is_neither_picture_nor_text_is_a_download():
    assert media.headers("a.pdf", b"%PDF-1.7\0", is_inline=True)["Content-Disposition"].startswith("attachment")
    assert media.headers("a.png", PNG, is_inline=True)["Content-Type"] == "image/png"
    assert media.headers("a.png", PNG)["Content-Disposition"].startswith("attachment")


def test_no_name_breaks_out_of_its_header():
    headers = media.headers("x/ä \"';\u00e9,b.txt", b"")
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A4%20%22%27%3B%C3%A9%2Cb.txt"
