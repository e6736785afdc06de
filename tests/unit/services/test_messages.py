"""Own texts and recordings: saved, refused, replaced, reset, heard before they are saved."""

from pathlib import Path

import pytest

from madoguchi.domain.messages.languages import LanguageSettings
from madoguchi.domain.messages.own import OwnMessage, Refusal
from madoguchi.domain.messages.registry import MUSIC_S, SPEECH_S
from madoguchi.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError, UnavailableError
from madoguchi.kernel.ids import UserId
from madoguchi.ports.messages import BadSoundError, SoundRule
from madoguchi.ports.storage import StaleVersionError
from madoguchi.services.messages import MAX_BYTES, BadTextError, NoVoiceError
from madoguchi.services.rate_limits import TooFastError
from madoguchi.services.tenant import Tenant
from madoguchi.testing.builders import a_principal
from madoguchi.testing.environment import NOON
from tests.unit.services.message_page import ADMIN, MANAGER, Page, a_page


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return a_page(tmp_path)


@pytest.mark.req("BASE-6")
async def test_an_own_text_is_kept_with_who_and_when(page: Page, tmp_path: Path) -> None:
    saved = await page.service.set_text(ADMIN, "greeting", "en", 0, "  Welcome to @{COMPANY}. ")

    assert saved == OwnMessage("greeting", "en", 1, "Welcome to @{COMPANY}.", None, ADMIN.user.id, NOON)
    assert page.service.own("greeting", "en") == saved
    assert page.service.own("greeting", "ja") is None
    again = a_page(tmp_path, page.storage)
    await again.service.load()
    assert again.service.own("greeting", "en") == saved


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("Hi @{AGENT}", "misplaced_variable", 3),
        ("Hi @{WHO}", "unknown_variable", 3),
        (" ", "empty", 0),
        ("…!?", "empty", 0),
        ("x" * 1001, "too_long", 1000),
    ],
)
async def test_a_text_that_cannot_be_said_is_refused_with_its_place(
    text: str, reason: str, position: int, page: Page
) -> None:
    with pytest.raises(BadTextError) as refused:
        await page.service.set_text(ADMIN, "greeting", "en", 0, text)

    assert (refused.value.field, refused.value.reason, refused.value.position) == ("text", reason, position)
    assert page.service.own("greeting", "en") is None


async def test_music_has_no_text_and_a_choice_no_recording(page: Page) -> None:
    with pytest.raises(InvalidInputError):
        await page.service.set_text(ADMIN, "hold_music", "zxx", 0, "la la la")
    with pytest.raises(BadSoundError) as refused:
        await page.uploads(message="menu_entry")
    assert refused.value.reason == Refusal.NOT_RECORDABLE.value
    with pytest.raises(NotFoundError):
        await page.service.reset(ADMIN, "greeting", "zxx", 0)


@pytest.mark.req("BASE-6")
async def test_an_upload_is_kept_as_it_will_be_played(page: Page) -> None:
    saved = await page.uploads("ご挨拶.wav")

    assert saved.audio is not None
    assert (saved.audio.name, saved.audio.span_s) == ("ご挨拶.wav", 1.5)
    assert len(page.blobs.kept[saved.audio.blob_key]) == saved.audio.size
    file = await page.service.file(saved.audio)
    assert file.read_bytes() == page.blobs.kept[saved.audio.blob_key]
    assert page.sounds.rules == [SoundRule(SPEECH_S, trim=True)]


@pytest.mark.req("BASE-6")
async def test_music_may_be_longer_and_keeps_its_rests(page: Page) -> None:
    await page.uploads(message="hold_music")
    assert page.sounds.rules == [SoundRule(MUSIC_S, trim=False)]


@pytest.mark.req("BASE-6")
async def test_what_is_replaced_or_reset_is_forgotten(page: Page) -> None:
    first = await page.uploads()
    second = await page.uploads(version=1)
    assert second.audio is not None
    assert list(page.blobs.kept) == [second.audio.blob_key]
    assert first.audio != second.audio

    text = await page.service.set_text(ADMIN, "greeting", "en", 2, "Hello")
    assert (text.audio, text.text, page.blobs.kept) == (None, "Hello", {})

    await page.uploads(version=3)
    reset = await page.service.reset(ADMIN, "greeting", "en", 4)
    assert (reset.version, reset.text, reset.audio, page.blobs.kept) == (5, "", None, {})
    assert page.service.own("greeting", "en") is None


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("hello.ogg", b"OggS" + bytes(100), Refusal.WRONG_TYPE),
        ("hello", b"RIFF", Refusal.WRONG_TYPE),
        ("hello.wav", b"", Refusal.EMPTY),
        ("hello.wav", b"RIFF\0\0\0\0WAVE" + bytes(MAX_BYTES), Refusal.TOO_LARGE),
        ("hello.wav", b"ID3\x04" + bytes(200), Refusal.DISGUISED),
        ("hello.mp3", b"RIFF\0\0\0\0WAVE" + bytes(200), Refusal.DISGUISED),
        ("hello.mp3", b"<html><script>", Refusal.DISGUISED),
        ("hello.wav", b"RIFF\0\0\0\0WAVE" + bytes(200), Refusal.DAMAGED),
    ],
)
async def test_a_bad_file_is_refused_with_the_reason_and_the_old_one_stays(
    name: str, content: bytes, reason: Refusal, page: Page
) -> None:
    old = await page.uploads()
    path = page.folder / "bad"
    path.write_bytes(content)

    with pytest.raises(BadSoundError) as refused:
        await page.service.upload(ADMIN, "greeting", "en", 1, name, path)

    assert (refused.value.field, refused.value.reason) == ("file", reason.value)
    assert page.service.own("greeting", "en") == old
    assert old.audio is not None
    assert list(page.blobs.kept) == [old.audio.blob_key]


async def test_who_has_not_seen_the_newest_version_is_told(page: Page) -> None:
    await page.service.set_text(ADMIN, "greeting", "en", 0, "One")
    with pytest.raises(StaleVersionError):
        await page.service.set_text(ADMIN, "greeting", "en", 0, "Two")
    with pytest.raises(StaleVersionError):
        await page.uploads(version=0)
    with pytest.raises(StaleVersionError):
        await page.service.reset(ADMIN, "greeting", "en", 2)
    assert page.sounds.rules == []


async def test_a_change_by_another_process_is_seen_after_the_refusal(page: Page) -> None:
    other = OwnMessage("greeting", "en", 1, "From elsewhere")
    await page.storage.messages.save_own_message(other)

    with pytest.raises(StaleVersionError):
        await page.uploads()

    assert page.service.own("greeting", "en") == other
    assert page.blobs.kept == {}


async def test_what_cannot_be_stored_changes_nothing(page: Page) -> None:
    old = await page.service.set_text(ADMIN, "greeting", "en", 0, "Hello")
    page.blobs.available = False
    with pytest.raises(UnavailableError):
        await page.uploads(version=1)
    assert page.service.own("greeting", "en") == old


async def test_a_sound_that_is_not_here_is_fetched_and_one_that_nobody_needs_is_removed(
    page: Page, tmp_path: Path
) -> None:
    saved = await page.uploads()
    assert saved.audio is not None
    name = page.local()[0]
    (tmp_path / "messages" / name).unlink()
    (tmp_path / "messages" / "left-behind.wav").write_bytes(b"old")

    again = a_page(tmp_path, page.storage, page.blobs)
    await again.service.load()
    assert again.local() == []
    file = await again.service.file(saved.audio)

    assert file.read_bytes() == page.blobs.kept[saved.audio.blob_key]
    await again.service.load()
    assert again.local() == [name]


@pytest.mark.req("BASE-6")
async def test_a_text_is_heard_before_it_is_saved_with_sample_values(page: Page) -> None:
    await page.storage.catalogue.save_settings("branding", {"name": "Tanaka Shop"})
    await page.service.preview(MANAGER, "position", "en", "Dear @{END_USER}, you are @{POSITION} in @{QUEUE}.")
    await page.service.preview(MANAGER, "greeting", "en", None)
    await page.service.set_text(ADMIN, "greeting", "en", 0, "Hello from @{COMPANY}.")
    await page.service.preview(MANAGER, "greeting", "en", None)

    assert page.speech.said == [
        ("en", "Dear Alex Smith, you are 3 in Orders & delivery."),
        ("en", "Thank you for calling Tanaka Shop."),
        ("en", "Hello from Tanaka Shop."),
    ]


async def test_a_preview_of_what_could_not_be_saved_or_spoken_is_refused(page: Page) -> None:
    with pytest.raises(BadTextError):
        await page.service.preview(ADMIN, "greeting", "en", "@{AGENT}")
    with pytest.raises(NoVoiceError):
        await page.service.preview(ADMIN, "greeting", "ko", "안녕하세요")
    with pytest.raises(NoVoiceError):
        await page.service.preview(ADMIN, "hold_music", "zxx", None)


async def test_previews_and_uploads_are_limited(page: Page) -> None:
    for number in range(30):
        await page.service.preview(ADMIN, "greeting", "en", f"Take {number}")
    with pytest.raises(TooFastError):
        await page.service.preview(ADMIN, "greeting", "en", "One more")
    for version in range(20):
        await page.uploads(version=version)
    with pytest.raises(TooFastError):
        await page.uploads(version=20)
    await page.clock.advance(61)
    await page.service.preview(ADMIN, "greeting", "en", "One more")
    await page.uploads(version=20)


@pytest.mark.req("BASE-3")
@pytest.mark.req("BASE-6")
async def test_a_manager_looks_and_listens_and_an_administrator_changes(page: Page) -> None:
    await page.uploads()
    await page.service.overview(MANAGER)
    await page.service.recorded(MANAGER, "greeting", "en")
    with pytest.raises(NotAllowedError):
        await page.service.set_text(MANAGER, "greeting", "en", 1, "Hello")
    with pytest.raises(NotAllowedError):
        await page.service.upload(MANAGER, "greeting", "en", 1, "x.wav", page.folder)
    with pytest.raises(NotAllowedError):
        await page.service.reset(MANAGER, "greeting", "en", 1)
    with pytest.raises(NotAllowedError):
        await page.languages.change(MANAGER, 0, "en", ["en"])
    agent = a_principal(UserId("user_ana"))
    with pytest.raises(NotAllowedError):
        await page.service.overview(agent)
    with pytest.raises(NotAllowedError):
        await page.service.preview(agent, "greeting", "en", None)


@pytest.mark.req("BASE-5")
async def test_a_language_goes_live_and_what_is_missing_in_it_is_told(page: Page) -> None:
    assert (await page.service.overview(MANAGER)).missing == ()
    changed = await page.languages.change(ADMIN, 0, "en", ["ko", "en"])

    assert changed == LanguageSettings("en", ("en", "ko"), 1, ADMIN.user.id, NOON)
    found = (await page.service.overview(MANAGER)).missing
    assert {one.language for one in found} == {"ko"}
    assert [page.languages.offered(one) for one in ("ko", "ja")] == ["ko", "en"]
    with pytest.raises(StaleVersionError):
        await page.languages.change(ADMIN, 0, "en", ["en"])


@pytest.mark.req("BASE-5")
async def test_the_default_language_is_the_callers(page: Page) -> None:
    tenant = Tenant(page.storage.catalogue, page.languages)
    assert await tenant.language() == "ja"
    await page.storage.catalogue.save_settings("calls", {"language": "en"})
    assert await tenant.language() == "en"
    await page.languages.change(ADMIN, 0, "ja", ["ja"])
    assert (await tenant.language(), tenant.offered("en")) == ("ja", "ja")
