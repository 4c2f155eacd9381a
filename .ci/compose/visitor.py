"""A person with a browser, as far as HTTP and WebSocket go."""

import re
import ssl
from urllib.parse import urlsplit

import httpx
from shell import Failed, wait_for
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FEED = re.compile(r'"(/live/projects/[^"?]+)')


class Visitor:
    """Signed in by a one-time link."""

    def __init__(self, link: str, *, trust: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(link)
        self.site = f"{parts.scheme}://{parts.netloc}"
        self.trust = trust or ssl.create_default_context()
        self.client = httpx.Client(verify=self.trust, follow_redirects=True, timeout=30, trust_env=False)
        self.page(link.removeprefix(self.site))

    def page(self, path: str) -> httpx.Response:
        return _good(self.client.get(self.site + path))

    def post(self, path: str, *, form_on: str, **fields: str) -> httpx.Response:
        """A form sent as a browser sends it: with the token of its page, and with where it comes from."""
        token = CSRF.search(self.page(form_on).text)
        if token is None:
            raise Failed(f"There is no form on {form_on}.")
        headers = {"Origin": self.site, "Referer": self.site + form_on}
        fields["csrfmiddlewaretoken"] = token.group(1)
        return _good(self.client.post(self.site + path, data=fields, headers=headers))

    def wish(self, text: str) -> str:
        """The path of the project it made."""
        return str(self.post("/wish/", form_on="/", wish=text).url.path)

    def say(self, project: str, text: str) -> None:
        self.post(f"{project}messages/", form_on=project, text=text)

    def sees(self, preview: str, path: str, words: str, *, seconds: float = 120) -> None:
        """An app by its own host name, as its frame asks for it: without the dashboard's cookies.

        A person loads again what does not come.
        """
        parts = urlsplit(preview)
        here = f"{parts.scheme}://127.0.0.1:{parts.port}{path}"
        sni = {"sni_hostname": parts.hostname}

        def shown() -> bool:
            with httpx.Client(verify=self.trust, timeout=15, trust_env=False) as stranger:
                try:
                    answer = stranger.get(here, headers={"Host": parts.netloc}, extensions=sni)
                except httpx.TransportError:
                    return False
            return answer.status_code == httpx.codes.OK and words in answer.text

        wait_for(shown, seconds=seconds, what=f"{words!r} at {preview}")

    def hears(self, project: str, *, origin: str = "") -> bool:
        """Whether the project's feed lets a page of that origin listen, and says something."""
        found = FEED.search(self.page(project).text)
        if found is None:
            raise Failed(f"{project} names no feed.")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.client.cookies.jar)
        address = self.site.replace("http", "ws", 1) + found.group(1) + "?after=0"
        trust = self.trust if address.startswith("wss") else None
        try:
            from_there = Origin(origin or self.site)
            with connect(
                address, origin=from_there, additional_headers={"Cookie": cookies}, ssl=trust, proxy=None
            ) as line:
                return bool(line.recv(timeout=20))
        except ConnectionClosed:
            return False


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != httpx.codes.OK:
        raise Failed(f"{answer.request.url} answered {answer.status_code}:\n{answer.text[:1000]}")
    return answer
