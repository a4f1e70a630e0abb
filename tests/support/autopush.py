"""The push service of Firefox (Mozilla's autopush) on this machine: one port for the browser's web socket and for what the
desk sends. It refuses what the real one refuses: an ended subscription (410), a signature by another key (401).

    with Autopush() as push, RunningDesk(folder, push.environment), Firefox(profile, push.prefs):
        …
        push.accepted[0].headers["ttl"]
"""

import asyncio
import base64
import threading
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.support.push_service import signer

LARGEST_BODY = 4096


@dataclass(frozen=True)
class Accepted:
    channel: str
    headers: dict[str, str]
    claims: dict[str, Any]


class Autopush:
    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self._channels: dict[str, tuple[str, str]] = {}  # to the browser's id and the key it subscribed with
        self._browsers: dict[str, web.WebSocketResponse] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._speak)
        app.router.add_post("/wpush/{channel}", self._send)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._host = f"127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def prefs(self) -> dict[str, bool | int | str]:
        return {"dom.push.serverURL": f"ws://{self._host}/"}

    @property
    def environment(self) -> dict[str, str]:
        """What the desk has to be told: to believe in this service."""
        return {"PUSH_HOSTS": self._host}

    async def _speak(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("push-notification",))
        await socket.prepare(request)
        browser = ""
        async for message in socket:
            said = message.json() if message.data.strip() else {}
            match said.get("messageType"):
                case "hello":
                    browser = said.get("uaid") or uuid.uuid4().hex
                    self._browsers[browser] = socket
                    await socket.send_json({**_good(said), "uaid": browser, "use_webpush": True, "broadcasts": {}})
                case "register":
                    channel = said["channelID"]
                    self._channels[channel] = browser, said.get("key", "").rstrip("=")
                    endpoint = f"http://{self._host}/wpush/{channel}"
                    await socket.send_json({**_good(said), "channelID": channel, "pushEndpoint": endpoint})
                case "unregister":
                    self._channels.pop(said["channelID"], None)
                    await socket.send_json({**_good(said), "channelID": said["channelID"]})
                case None:
                    await socket.send_str("{}")  # a ping
        return socket

    async def _send(self, request: web.Request) -> web.Response:
        channel, body = request.match_info["channel"], await request.read()
        if channel not in self._channels:
            return web.json_response({"errno": 103}, status=410)
        if len(body) > LARGEST_BODY:
            return web.Response(status=413)
        browser, key = self._channels[channel]
        try:
            signed_by, claims = signer(request.headers.get("Authorization", ""), f"http://{self._host}")
        except PermissionError:
            return web.Response(status=401)
        if signed_by.rstrip("=") != key:
            return web.Response(status=401)
        self.accepted.append(
            Accepted(channel, {name.lower(): value for name, value in request.headers.items()}, claims)
        )
        version = uuid.uuid4().hex
        await self._browsers[browser].send_json(
            {
                "messageType": "notification",
                "channelID": channel,
                "version": version,
                "ttl": int(request.headers.get("TTL", "0")),
                "data": base64.urlsafe_b64encode(body).rstrip(b"=").decode(),
                "headers": {"encoding": request.headers.get("Content-Encoding", "aes128gcm")},
            }
        )
        return web.Response(status=201, headers={"Location": f"http://{self._host}/m/{version}"})


def _good(said: dict[str, Any]) -> dict[str, Any]:
    return {"messageType": said["messageType"], "status": 200}
