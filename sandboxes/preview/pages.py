"""The few pages that stand in for an app that cannot be seen right now."""

from dataclasses import dataclass
from html import escape

from asgiref.typing import ASGISendCallable

from sandboxes.enums import SandboxState
from sandboxes.preview import answers, headers

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 2rem;
  font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fbfaf8, #17181b); color: light-dark(#25262b, #e4e4e7); }
main { max-width: 34rem; }
h1 { font-size: 1.25rem; font-weight: 600; margin: 0 0 .5rem; text-wrap: balance; }
p { margin: 0 0 1rem; color: light-dark(#62636b, #a1a1aa); }
a { color: inherit; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8125rem; max-height: 50vh; overflow: auto; }
"""


@dataclass(frozen=True)
class Page:
    status: int
    title: str
    text: str
    detail: str = ""
    refresh: int = 0
    """Seconds until the page asks again; 0 = it does not."""


GONE = Page(404, "There is no preview here", "The link is mistyped, or the preview was taken down.")
NOT_FOUND = Page(404, "This page does not exist", "The app has no page at this address.")
NO_INDEX = Page(404, "Nothing to show yet", "The app has no start page so far. It appears here by itself.", refresh=2)
CROWDED = Page(503, "Too many visitors at once", "The app is busy. This page tries again by itself.", refresh=2)
SLOW = Page(504, "The app did not answer", "It was asked and stayed silent for half a minute.")
BROKEN = Page(502, "The app's answer broke off", "Its server closed the connection or spoke something other than HTTP.")
TOO_LARGE = Page(413, "That is too much at once", "A preview takes up to 10 MB in one request.")
UNSPEAKABLE = Page(400, "This cannot be asked of an app", "The request is not one that a browser sends to a page.")
WAKING = Page(503, "Waking the app", "It was asleep. This takes a few seconds, then it appears by itself.", refresh=1)
BUILDING = Page(503, "The app is being prepared", "It appears here as soon as it runs.", refresh=2)


def instead_of(state: str, error: str) -> Page:
    if state == SandboxState.FAILED:
        return Page(503, "The app did not start", "Reload this page to try again.", detail=error[-4000:])
    return WAKING


async def show(send: ASGISendCallable, page: Page, *, is_head: bool = False) -> None:
    more: headers.Headers = [(b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")]
    if page.status == 503:
        more.append((b"retry-after", str(page.refresh or 10).encode()))
    await answers.send_all(
        send,
        page.status,
        _html(page).encode(),
        content_type="text/html; charset=utf-8",
        more=more,
        is_head=is_head,
    )


def _html(page: Page) -> str:
    refresh = f'<meta http-equiv="refresh" content="{page.refresh}">' if page.refresh else ""
    detail = f"<pre>{escape(page.detail)}</pre>" if page.detail else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{refresh}<title>{escape(page.title)}</title><style>{_STYLE}</style></head>"
        f'<body><main role="status"><h1>{escape(page.title)}</h1><p>{escape(page.text)}</p>{detail}'
        "</main></body></html>"
    )
