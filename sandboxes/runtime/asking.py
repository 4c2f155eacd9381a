"""One GET to an app's server over the wire, to see whether and what it answers."""

from dataclasses import dataclass

import h11

from projects import storable
from sandboxes.wire import Wire

_MOST = 512 * 1024
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    text: str
    location: str = ""


async def get(wire: Wire, port: int, target: str, *, accept: str = "text/html,*/*") -> Answer:
    """Raises Refused when nothing listens, h11's RemoteProtocolError when it is not HTTP."""
    reader, writer = await wire.open(port)
    try:
        http = h11.Connection(h11.CLIENT)
        lines = [("host", f"localhost:{port}"), ("accept", accept), ("connection", "close")]
        writer.write(http.send(h11.Request(method="GET", target=target, headers=lines)) or b"")
        writer.write(http.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        status, content_type, location, body = 0, "", "", bytearray()
        while len(body) < _MOST:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(await reader.read(_CHUNK))
            elif isinstance(event, h11.Response):
                status, content_type = event.status_code, _header(event, b"content-type")
                location = _header(event, b"location")
            elif isinstance(event, h11.Data):
                body += event.data
            elif not isinstance(event, h11.InformationalResponse):
                break
        return Answer(status, content_type, storable.text(bytes(body).decode(errors="replace")), location)
    finally:
        writer.close()


def _header(answer: h11.Response, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in answer.headers if name == wanted), "")
