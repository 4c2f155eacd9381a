import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.models import Project, User
from projects.templatetags import ui


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("hello **you**", "<p>hello <strong>you</strong></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        ("```python\nx = 1\n```", '<pre><code class="language-python">x = 1\n</code></pre>'),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        (
            "[there](https://example.org)",
            '<p><a href="https://example.org" rel="noopener noreferrer nofollow">there</a></p>',
        ),
    ],
)
def test_ordinary_text_looks_as_meant(text: str, html: str):
    assert ui.markdown(text).strip() == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "[x](/p/owner/night-garden/jobs/stop)",
        "![x](https://evil.example/pixel.png)",
        '[x](https://a.example "\\" onmouseover=\\"alert(1)")',
        "<svg><style><img src=x onerror=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form action=/accounts/logout/ method=post><button>x</button></form>",
        '``` x" onclick="alert(1)\nx\n```',
        "<style>*{display:none}</style>",
        "<b id=version-1 data-into=chat class=btn hx-get=/x>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_hostile_text_stays_text(text: str):
    html = ui.markdown(text)
    tags = re.findall(r"<[^>]*>", html)
    safe = r'</?[a-z0-9]+( (href="https://[^"]*"|rel="[^"]*"|title="[^"]*"))*>'
    assert [tag for tag in tags if not re.fullmatch(safe, tag)] == []
    assert not re.search(r"<(script|img|svg|iframe|form|style|b|button)\b", html)


@given(st.text("<>\"'`*_[]()!&/:=#\n abjs", max_size=120))
def test_no_text_makes_an_element_that_is_not_allowed(text: str):
    names = set(re.findall(r"</?([a-zA-Z0-9]+)", ui.markdown(text)))
    assert names <= ui._BLOCKS | ui._WORDS | ui._TABLES


def test_a_text_made_to_be_slow_is_not():
    for text in ("[" * 50_000, ">" * 50_000, "*a " * 50_000, "<" * 300_000):
        assert len(ui.markdown(text)) < 3_000_000


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (1536, "1.5 KB"),
        (10 * 1024, "10 KB"),
        (5 * 1024**2, "5 MB"),
        (3 * 1024**4, "3072 GB"),
        (None, "0 B"),
        ("", "0 B"),
        ("x", ""),
    ],
)
def test_sizes_are_said_as_people_say_them(size: float | str | None, shown: str):
    assert ui.bytes_(size) == shown


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("ada", "AD"),
        ("ada.l@example.org", "AL"),
        ("a", "A"),
        ("", "?"),
        ("@", "?"),
        ("ada b c d", "AD"),
    ],
)
def test_an_avatar_has_two_letters(name: str, letters: str):
    assert ui.initials(name) == letters


def test_the_address_for_git_is_the_one_people_type(settings):
    settings.SITE_URL = "https://djinn.example.org"
    project = Project(slug="night-garden", owner=User(handle="ada"))
    assert ui.git_address(project) == "https://djinn.example.org/git/ada/night-garden.git"
