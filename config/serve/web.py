"""The web process: Daphne on a socket it is handed, repaired where it could be hurt from outside."""

import asyncio
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from daphne.server import Server  # before any other import of Twisted: it chooses the reactor
from twisted.internet import defer
from twisted.internet import reactor as installed_reactor
from twisted.logger import globalLogBeginner

from config.serve.connections import Factory
from config.serve.requests import Request
from config.serve.sockets import Socket, SocketFactory

reactor: Any = installed_reactor  # its type describes only half of it
GRACE = 3.0  # for requests under way when the server stops
LARGEST_MESSAGE = 256 * 1024

log = structlog.get_logger(__name__)


class WebServer(Server):
    def __init__(self, application: Any, *, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        super().__init__(application, endpoints=["handed over"], server_name="djinn", ready_callable=on_ready)
        self.listener = listener

    def run(self) -> None:
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = Factory(self)
        self.ws_factory = SocketFactory(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,
            failByDrop=False,  # tell 1009 rather than hang up
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=LARGEST_MESSAGE,
            maxFramePayloadSize=LARGEST_MESSAGE,
        )
        observer: Any = _say_nothing
        globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)
        asyncio.set_event_loop(reactor._asyncioEventloop)
        self.listener.setblocking(False)
        self.port = reactor.adoptStreamPort(self.listener.fileno(), self.listener.family, self.http_factory)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        reactor.callWhenRunning(self.ready_callable)
        reactor.run(installSignalHandlers=self.signal_handlers)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> "asyncio.Queue[Any] | None":
        queue: asyncio.Queue[Any] = asyncio.Queue()

        async def receive() -> Any:
            message = await queue.get()
            if isinstance(protocol, Socket):
                protocol.message_taken()
            return message

        if protocol not in self.connections:
            return None
        scope.setdefault("asgi", {"version": "3.0"})
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(
            self._answer(protocol, scope, receive)
        )
        return queue

    async def _answer(self, protocol: Any, scope: dict[str, Any], receive: Any) -> None:
        """Runs the application; who waits for an answer that broke off learns it now, not at Daphne's next round."""
        try:
            await self.application(scope=scope, receive=receive, send=partial(self.handle_reply, protocol))
        except ConnectionResetError as reset:
            log.info("An answer broke off: the other side is gone.", path=scope["path"], reason=str(reset))
            self._break_off(protocol, reset)
        except Exception as error:
            log.exception("An application failed.", path=scope["path"])
            self._break_off(protocol, error)

    def _break_off(self, protocol: Any, error: Exception) -> None:
        if not self.connections.get(protocol, {}).get("disconnected"):
            protocol.handle_exception(error)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        await super().handle_reply(protocol, message)
        if protocol.gate is not None:
            await protocol.gate.passed()

    def kill_all_applications(self) -> Any:
        """Stops listening, lets requests end for a moment, then cancels what is left."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._wind_down()))

    async def _wind_down(self) -> None:
        self.port.stopListening()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and self._running(Request):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)  # the transports' turn to write what was just answered
        left = self._running(object)
        for application in left:
            application.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _running(self, kind: type) -> "list[asyncio.Future[Any]]":
        running = [
            details.get("application_instance")
            for protocol, details in self.connections.items()
            if isinstance(protocol, kind)
        ]
        return [application for application in running if application is not None and not application.done()]


def _say_nothing(event: object) -> None:
    """Twisted's own log; ours tells what matters."""
