"""What `madoguchi.ports.blobs` promises, proved on a folder and on an object store in memory."""

import asyncio
from pathlib import Path

import pytest

from madoguchi.adapters.blobs.object_store import blobs_at, folder_blobs
from madoguchi.kernel.errors import InvalidInputError, NotFoundError, UnavailableError
from madoguchi.ports.blobs import Blobs

KEY = "recordings/2026/11/23/call_01.mp3"
CONTENT = bytes(range(256)) * 4000


@pytest.fixture(params=["folder", "memory", "file URL"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    match request.param:
        case "folder":
            return folder_blobs(tmp_path / "deep" / "blobs")
        case "memory":
            return blobs_at("memory:///")
        case _:
            return blobs_at(f"file://{tmp_path}/blobs")


async def content(blobs: Blobs, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(key, start, end)])


async def test_what_is_put_can_be_read(blobs: Blobs) -> None:
    assert await blobs.put(KEY, CONTENT) == len(CONTENT)

    assert await blobs.size(KEY) == len(CONTENT)
    assert await content(blobs, KEY) == CONTENT


async def test_a_file_is_put_as_it_is(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT * 8)

    assert await blobs.put(KEY, source) == len(CONTENT) * 8

    assert await content(blobs, KEY) == CONTENT * 8


async def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    assert await blobs.put(KEY, b"") == 0

    assert await blobs.size(KEY) == 0
    assert await content(blobs, KEY) == b""


@pytest.mark.parametrize(("start", "end"), [(0, 1), (5, 260), (300_000, 900_000), (1_000_000, None), (10, 2**40)])
async def test_a_part_can_be_read(blobs: Blobs, start: int, end: int | None) -> None:
    await blobs.put(KEY, CONTENT)

    assert await content(blobs, KEY, start, end) == CONTENT[start:end]


@pytest.mark.parametrize(("start", "end"), [(len(CONTENT), None), (2**40, None), (5, 5), (9, 3)])
async def test_a_part_outside_is_empty(blobs: Blobs, start: int, end: int | None) -> None:
    await blobs.put(KEY, CONTENT)

    assert await content(blobs, KEY, start, end) == b""


async def test_putting_again_replaces(blobs: Blobs) -> None:
    await blobs.put(KEY, CONTENT)
    await blobs.put(KEY, b"new")

    assert await content(blobs, KEY) == b"new"


async def test_a_reader_never_sees_half_of_a_blob(blobs: Blobs) -> None:
    one, other = b"1" * 3_000_000, b"2" * 3_000_000
    await blobs.put(KEY, one)

    async def replace() -> None:
        for number in range(10):
            await blobs.put(KEY, other if number % 2 == 0 else one)

    async with asyncio.TaskGroup() as group:
        group.create_task(replace())
        for _ in range(10):
            assert await content(blobs, KEY) in {one, other}


async def test_what_is_not_there_is_told(blobs: Blobs) -> None:
    with pytest.raises(NotFoundError):
        await blobs.size(KEY)
    with pytest.raises(NotFoundError):
        await content(blobs, KEY)
    with pytest.raises(NotFoundError):
        await content(blobs, KEY, 5, 5)
    with pytest.raises(NotFoundError):
        await blobs.put(KEY, Path("/nowhere/at/all"))


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(blobs: Blobs) -> None:
    await blobs.put(KEY, CONTENT)

    await blobs.delete(KEY)
    await blobs.delete(KEY)

    with pytest.raises(NotFoundError):
        await blobs.size(KEY)


@pytest.mark.parametrize(
    "key",
    [
        *("", "/", "/etc/passwd", "../x", "a/../../x", "a/..", ".", "a//b", "a/", "a\\..\\b", "a\x00b", "a/./b"),
        *("a%2e%2e/b", "窓口", "a b", "a\n", "x" * 600),
    ],
)
async def test_a_key_that_leads_elsewhere_is_refused(blobs: Blobs, key: str) -> None:
    with pytest.raises(InvalidInputError):
        await blobs.put(key, b"x")
    with pytest.raises(InvalidInputError):
        await blobs.size(key)
    with pytest.raises(InvalidInputError):
        await content(blobs, key)
    with pytest.raises(InvalidInputError):
        await blobs.delete(key)


def test_a_store_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    blobs = folder_blobs(tmp_path)

    async def put() -> None:
        await blobs.put("a", b"a file where a folder is wanted")
        with pytest.raises(UnavailableError):
            await blobs.put("a/b", b"x")

    asyncio.run(put())
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]


async def test_a_folder_is_no_blob(blobs: Blobs) -> None:
    await blobs.put(KEY, CONTENT)

    with pytest.raises(NotFoundError):
        await blobs.size("recordings/2026")


def test_an_address_that_names_no_store_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="gopher"):
        blobs_at("gopher://nowhere")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UnavailableError, match="file"):
        folder_blobs(tmp_path / "file" / "blobs")
