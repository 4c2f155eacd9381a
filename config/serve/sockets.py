"""One WebSocket of Daphne's: waits for slow readers, stops reading floods, and closes with the code it was given."""

from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from config.serve.gates import Gate

MOST_WAITING = 64
FEW_WAITING = 16


class Socket(WebSocketProtocol):
    gate: Gate | None = None
    is_held = False

    def onOpen(self) -> None:
        self.gate = Gate(self.transport)
        self.transport.unregisterProducer()  # the HTTP channel that this connection came from
        self.transport.registerProducer(self.gate, True)
        super().onOpen()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        super().onMessage(payload, isBinary)
        if self.application_queue.qsize() >= MOST_WAITING and not self.is_held:
            self.is_held = True
            self.transport.pauseProducing()

    def message_taken(self) -> None:
        if self.is_held and self.application_queue.qsize() <= FEW_WAITING:
            self.is_held = False
            self.transport.resumeProducing()

    def handle_reply(self, message: dict[str, Any]) -> None:
        # A close before the accept would become a bare HTTP 403 and lose its code.
        if message.get("type") == "websocket.close" and self.state == self.STATE_CONNECTING:
            self.serverAccept()
        super().handle_reply(message)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        if self.gate is not None:
            self.gate.stopProducing()
        super().onClose(wasClean, code, reason)

    __hash__ = WebSocketProtocol.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class SocketFactory(WebSocketFactory):
    protocol = Socket
