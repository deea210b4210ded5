"""Who may come in, how often, with how much, and how many at once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from salver.serve.http.guard import Guard, Limits, Rates
from salver.serve.http.tokens import digests, is_known
from tests.serve.door import open_door

TOKEN = "a" * 64
OWN = {"Authorization": f"Bearer {TOKEN}"}


class Room:
    """What lies behind the guard: it takes as long as it is told, and says how much came in."""

    def __init__(self) -> None:
        self.door = asyncio.Event()
        self.door.set()
        self.inside = 0

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        self.inside += 1
        body = (await receive()).get("body", b"")
        await self.door.wait()
        self.inside -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(len(body)).encode()})


def client(room: Any, limits: Limits, clock: Callable[[], float] = lambda: 0.0) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Guard(room, limits, clock=clock))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def pieces(size: int, count: int, taken: list[int]) -> AsyncIterator[bytes]:
    for number in range(count):
        taken.append(number)
        yield b"x" * size


def test_a_body_is_counted_while_it_streams() -> None:
    async def go() -> None:
        taken: list[int] = []
        async with client(Room(), Limits(body_bytes=1000)) as http:
            told = await http.post("/v1/x", content=pieces(300, 1_000_000, taken))
            fits = await http.post("/v1/x", content=pieces(250, 4, []))
        assert told.status_code == 413
        assert told.json()["detail"] == "The body holds more than 1,000 bytes, which is the most that is taken."
        assert len(taken) <= 5
        assert (fits.status_code, fits.text) == (200, "1000")

    asyncio.run(go())


def test_a_body_that_says_it_is_too_large_is_not_even_begun() -> None:
    async def go() -> None:
        taken: list[int] = []
        async with client(Room(), Limits(body_bytes=1000)) as http:
            headers = {"Content-Length": "9" * 5000}
            told = await http.post("/v1/x", content=pieces(1, 9, taken), headers=headers)
        assert (told.status_code, taken) == (413, [])

    asyncio.run(go())


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(60)

    async def go() -> None:
        async with client(Room(), Limits(body_s=0.05)) as http:
            told = await http.post("/v1/x", content=slow())
            assert told.status_code == 408
            assert (await http.post("/v1/x", content=b"x")).status_code == 200

    asyncio.run(go())


def test_more_at_once_than_allowed_are_told_when_to_come_again() -> None:
    async def go() -> None:
        room = Room()
        room.door.clear()
        async with client(room, Limits(at_once=2)) as http:
            held = [asyncio.create_task(http.post("/v1/x")) for _ in range(2)]
            while room.inside < 2:
                await asyncio.sleep(0.001)
            told = await http.post("/v1/x")
            alive = asyncio.create_task(http.get("/healthz"))
            await asyncio.sleep(0.01)
            assert room.inside == 3
            room.door.set()
            assert [one.status_code for one in await asyncio.gather(*held, alive)] == [200, 200, 200]
            assert (await http.post("/v1/x")).status_code == 200
        assert (told.status_code, told.headers["Retry-After"]) == (503, "5")

    asyncio.run(go())


def test_a_fault_inside_gives_its_place_back() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("no")

    async def go() -> None:
        async with client(broken, Limits(at_once=1)) as http:
            assert [(await http.post("/v1/x")).status_code for _ in range(3)] == [500] * 3

    asyncio.run(go())


def test_more_often_than_allowed_is_429_for_that_token_alone() -> None:
    async def go() -> None:
        now = [0.0]
        limits = Limits(per_minute=3, tokens=digests([TOKEN, "other"]))
        async with client(Room(), limits, lambda: now[0]) as http:
            found = [(await http.post("/v1/x", headers=OWN)).status_code for _ in range(4)]
            told = await http.post("/v1/x", headers=OWN)
            assert found == [200, 200, 200, 429]
            assert told.headers["Retry-After"] == "20"
            assert (await http.post("/v1/x", headers={"Authorization": "Bearer other"})).status_code == 200
            now[0] = 20.0
            assert (await http.post("/v1/x", headers=OWN)).status_code == 200

    asyncio.run(go())


def test_names_that_come_once_do_not_fill_the_memory() -> None:
    rates = Rates(60, lambda: 0.0)
    for number in range(25_000):
        assert rates.wait_s(str(number)) == 0
    assert len(rates._left) == 10_000


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Any]:
    with open_door(tmp_path, base="http://salver.example", tokens=(TOKEN,)) as door:
        yield door


@pytest.mark.parametrize(
    "given",
    [
        "",
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        "Bearer ä€",
        "Bearer \x00",
    ],
)
def test_nobody_comes_in_without_the_token(given: str, locked: Any) -> None:
    for method, path in (
        ("POST", "/v1/suggest"),
        ("POST", "/v1/messages"),
        ("GET", "/v1/queue"),
        ("GET", "/v1/x"),
        ("GET", "/v1"),
    ):
        told = locked.request(method, path, headers={"Authorization": given.encode()}, json={"text": "x"})
        assert told.status_code == 401
        assert told.headers["WWW-Authenticate"] == 'Bearer realm="salver"'
        assert told.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["//v1/queue", "/V1/queue", "/./v1/queue", "/x/../v1/queue", "/%76%31/queue", "/v1%2Fqueue", "/v1;/queue"]
)
def test_no_other_spelling_of_a_path_leads_past_the_token(path: str, locked: Any) -> None:
    assert locked.get(path).status_code in (401, 404)


def test_the_token_opens_and_the_rest_needs_none(locked: Any) -> None:
    assert locked.get("/v1/queue", headers=OWN).status_code == 200
    assert locked.get("/v1/queue", headers={"Authorization": f"bearer  {TOKEN}"}).status_code == 200
    for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"):
        assert locked.get(path).status_code == 200


def test_a_token_may_be_set_as_its_digest() -> None:
    digest = sha256(TOKEN.encode()).hexdigest()
    assert digests([TOKEN]) == digests([f"sha256:{digest.upper()}"]) == (digest,)
    assert is_known(TOKEN, digests([f"sha256:{digest}"]))
    assert not is_known(digest, digests([f"sha256:{digest}"]))
    assert not is_known("", digests([""]))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", ""])
def test_without_a_token_a_page_of_another_name_is_not_answered(host: str, tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        told = door.get("/v1/queue", headers={"Host": host})
        assert told.status_code == 421
        for own in ("localhost:8080", "[::1]:8080", "127.0.0.1"):
            assert door.get("/v1/queue", headers={"Host": own}).status_code == 200


def test_every_response_says_not_to_guess_and_what_is_private_is_not_kept(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        told = door.post("/v1/suggest", content=json.dumps({"text": 1}))
        assert told.headers["cache-control"] == "no-store"
        assert told.headers["x-content-type-options"] == "nosniff"
        assert door.get("/healthz").headers["x-frame-options"] == "DENY"
