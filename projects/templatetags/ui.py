"""Presentation only: text of people and models as safe HTML, sizes, initials, addresses."""

import re

import nh3
from django import template
from django.conf import settings
from django.template.defaultfilters import stringfilter
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from projects.models import Project

register = template.Library()

# A longer message is shown as far as this: reading Markdown may take a second per so much hostile text.
MOST_TEXT = 50_000

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).enable(
    ["table", "strikethrough"]
)
_BLOCKS = {"blockquote", "br", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
_WORDS = {"a", "code", "del", "em", "s", "strong"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_ATTRIBUTES = {"a": {"href", "title"}, "code": {"class"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,30}")


@register.filter
@stringfilter
def markdown(text: str) -> SafeString:
    """CommonMark without raw HTML or images, then cleaned again: the text is anybody's."""
    html = nh3.clean(
        _MARKDOWN.render(text[:MOST_TEXT]),
        tags=_BLOCKS | _WORDS | _TABLES,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        attribute_filter=_kept,
    )
    return mark_safe(html)  # noqa: S308 - cleaned in the line above


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Links lead out of here by their full address; of classes only the language of a code block stays."""
    if (tag, attribute) == ("a", "href"):
        return value if value.partition(":")[0].lower() in _SCHEMES else None
    if (tag, attribute) == ("code", "class"):
        return value if _LANGUAGE.fullmatch(value) else None
    return value


@register.filter(name="bytes")
def bytes_(size: float | str | None) -> str:
    """A size as people say it: 512 B, 1.5 KB, 12 MB."""
    try:
        amount = float(size or 0)
    except ValueError:
        return ""
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    shown = f"{amount:.1f}".removesuffix(".0") if amount < 10 and unit != "B" else f"{amount:.0f}"
    return f"{shown} {unit}"


@register.filter
@stringfilter
def initials(name: str) -> str:
    """Two letters for an avatar: of first and last name, or of what there is."""
    words = name.partition("@")[0].replace(".", " ").replace("-", " ").replace("_", " ").split()
    if not words:
        return "?"
    letters = words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]
    return letters.upper()


@register.simple_tag
def git_address(project: Project) -> str:
    """Where `git clone` finds it."""
    path = reverse("projects:git-visit", args=[project.owner.handle, project.slug])
    return f"{settings.SITE_URL}{path}"
