"""The push service of Chromium (Google's FCM) on this machine, so that PushManager.subscribe() is real in a test.

    with FakeFcm() as fcm, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(      # new_context() is incognito: no push there
            folder, executable_path="/usr/bin/chromium",
            args=fcm.chromium_args, ignore_default_args=fcm.ignored_default_args,
        )
        context.grant_permissions(["notifications"], origin=origin)

The page gets an endpoint https://jmt17.google.com/fcm/send/TOKEN (https://fcm.googleapis.com in Google's builds). The
desk reaches the fake behind that very address in one of two ways:

- another process (web, worker) is started with `env=os.environ | fcm.environment`: HTTPS_PROXY leads to a proxy that
  knows only those two hosts, and REQUESTS_CA_BUNDLE trusts its certificate; the desk itself is not told of any test;
- in the same process: `send_push(…, resolve=fcm.endpoint_for)`.

The fake refuses what FCM refuses: an unknown or ended subscription (410), a signature by another key than the one that
the page subscribed with (403). `fcm.accepted` lists the messages taken; `fcm.is_subscribed(endpoint)` asks for one.
Messages wait until the browser is connected. Several browsers at once are told apart. Wait for the page's event
`push:news`, then ask for getNotifications(): asked while one is on its way, Chromium now and then forgets that one.
"""

import asyncio
import contextlib
import itertools
import ssl
import tempfile
import threading
import uuid
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from tests.support import fake_fcm_wire as wire
from tests.support.push_service import signer

HOSTS = ["jmt17.google.com", "fcm.googleapis.com"]


@dataclass(frozen=True)
class Accepted:
    token: str
    headers: dict[str, str]
    claims: dict[str, Any]


class FakeFcm:
    ignored_default_args = ("--disable-background-networking",)  # Playwright's; it would switch push off

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self._registrations: dict[str, dict[str, str]] = {}
        self._devices: dict[str, asyncio.StreamWriter] = {}
        self._waiting: defaultdict[str, list[bytes]] = defaultdict(list)
        self._android_ids = itertools.count(4_000_000_000_000_000_001, 2)
        self._ends = contextlib.AsyncExitStack()
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._folder = tempfile.TemporaryDirectory(prefix="fcm")

    def __enter__(self) -> Self:
        self._tls, self._certificate = wire.certificate(Path(self._folder.name), HOSTS)
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    @property
    def chromium_args(self) -> list[str]:
        """Switches for a persistent context. Nothing of them leaves this machine."""
        return [
            f"--gcm-checkin-url=http://127.0.0.1:{self._http_port}/checkin",
            f"--gcm-registration-url=http://127.0.0.1:{self._http_port}/register3",
            f"--gcm-mcs-endpoint=https://127.0.0.1:{self._mcs_port}",
            "--ignore-certificate-errors",
            # Without a desktop's notification server Chromium must draw, and so remember, notifications itself.
            "--disable-features=SystemNotifications,NativeNotifications",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync"),
        ]

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a process that sends pushes by requests: it then finds the fake at Google's address."""
        proxy = f"http://127.0.0.1:{self._proxy_port}"
        return {"HTTPS_PROXY": proxy, "NO_PROXY": "127.0.0.1,localhost", "REQUESTS_CA_BUNDLE": str(self._certificate)}

    def endpoint_for(self, url: str) -> str:
        """Return where the fake takes what is meant for the endpoint `url`."""
        return f"http://127.0.0.1:{self._http_port}{urlsplit(url).path}"

    def is_subscribed(self, endpoint: str) -> bool:
        return endpoint.rpartition("/")[2] in self._registrations

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/checkin", self._check_in)
        app.router.add_post("/register3", self._register)
        app.router.add_post("/fcm/send/{token}", self._send)
        runner = web.AppRunner(app)
        await runner.setup()
        self._ends.push_async_callback(runner.cleanup)
        self._http_port = await self._site(runner, None)
        self._https_port = await self._site(runner, self._tls)
        self._mcs_port = await self._serve(self._mcs, self._tls)
        self._proxy_port = await self._serve(self._proxy, None)

    async def _site(self, runner: web.AppRunner, tls: ssl.SSLContext | None) -> int:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        return int(runner.addresses[-1][1])

    async def _serve(self, speak: Any, tls: ssl.SSLContext | None) -> int:
        async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open[writer] = asyncio.current_task()
            try:
                with contextlib.suppress(asyncio.IncompleteReadError, OSError):
                    await speak(reader, writer)
            finally:
                del self._open[writer]
                writer.close()

        server = await asyncio.start_server(on_connect, "127.0.0.1", 0, ssl=tls)
        self._ends.callback(server.close)
        return int(server.sockets[0].getsockname()[1])

    async def _stop(self) -> None:
        tasks = [task for task in self._open.values() if task]
        for writer in self._open:
            writer.transport.abort()  # ends its task by itself; a cancelled one is reported as an error by Python 3.11
        await asyncio.gather(*tasks)
        await self._ends.aclose()

    async def _check_in(self, request: web.Request) -> web.Response:
        await request.read()
        body = wire.checkin_response(next(self._android_ids))
        return web.Response(body=body, content_type="application/x-protobuffer")

    async def _register(self, request: web.Request) -> web.Response:
        """Give a token, or take all of that page's back when `delete` is asked for."""
        form = dict(parse_qsl((await request.read()).decode()))
        if "delete" in form:
            same = (form.get("X-subtype"), form.get("device"))
            for token, other in list(self._registrations.items()):
                if (other.get("X-subtype"), other.get("device")) == same:
                    del self._registrations[token]
            return web.Response(text=f"token={form.get('X-subtype', '')}")
        token = uuid.uuid4().hex
        self._registrations[token] = form
        return web.Response(text=f"token={token}")

    async def _send(self, request: web.Request) -> web.Response:
        token, body = request.match_info["token"], await request.read()
        registration = self._registrations.get(token)
        if registration is None:
            return web.Response(status=410)
        try:
            key, claims = self._signer(request)
        except PermissionError:
            return web.Response(status=403)
        if key != registration["sender"].rstrip("="):
            return web.Response(status=403)
        message_id = f"0:{uuid.uuid4().hex}"
        self.accepted.append(Accepted(token, dict(request.headers), claims))
        await self._hand_over(
            registration["device"], wire.data_message(registration, request.headers, body, message_id)
        )
        return web.Response(status=201, headers={"Location": f"https://{HOSTS[0]}/message/{message_id}"})

    def _signer(self, request: web.Request) -> tuple[str, dict[str, Any]]:
        """Either of Google's names may be the audience; over https it must be the one that was asked."""
        authorization = request.headers.get("Authorization", "")
        if request.secure:
            return signer(authorization, f"https://{request.host}")
        try:
            return signer(authorization, f"https://{HOSTS[0]}")
        except PermissionError:
            return signer(authorization, f"https://{HOSTS[1]}")

    async def _hand_over(self, device: str, message: bytes) -> None:
        writer = self._devices.get(device)
        if writer is None:
            self._waiting[device].append(message)
            return
        writer.write(message)
        await writer.drain()

    async def _mcs(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Google's Mobile Connection Server: the browser logs in and stays."""
        await reader.readexactly(1)  # its version
        device = ""
        try:
            while True:
                tag, body = await wire.read_frame(reader)
                if tag == wire.LOGIN_REQUEST:
                    device = wire.text_field(body, 3)
                    login = wire.frame(wire.LOGIN_RESPONSE, wire.field(1, "login-1") + wire.field(8, 1795000000000))
                    writer.write(bytes([wire.MCS_VERSION]) + login + b"".join(self._waiting.pop(device, [])))
                    self._devices[device] = writer
                elif tag == wire.HEARTBEAT_PING:
                    writer.write(wire.frame(wire.HEARTBEAT_ACK))
                await writer.drain()
        finally:
            if self._devices.get(device) is writer:
                del self._devices[device]

    async def _proxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An HTTP proxy's CONNECT to the two hosts of FCM, which leads to this fake; everything else is refused."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split(" ")
        if head[0] != "CONNECT" or head[1] not in {f"{host}:443" for host in HOSTS}:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return await writer.drain()
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._https_port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_pour(reader, there_writer), _pour(there_reader, writer))
        finally:
            there_writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
