"""The command line, on a real database in an empty folder."""

import asyncio
import json
import socket
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from madoguchi.adapters.system import SystemClock, SystemIds
from madoguchi.bootstrap.main import app
from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import opened
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.sign_in import WrongCredentialsError
from madoguchi.kernel.ids import RoleId
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.roles import RoleService
from madoguchi.services.second_factor import SecondFactorService
from madoguchi.services.sign_in import PasswordWork, SignInService
from madoguchi.testing.queues import planted_queues


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MADOGUCHI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    for port in ("PORT", "SIP_PORT", "WEBRTC_PORT"):
        monkeypatch.setenv(f"MADOGUCHI_{port}", "0")
    return tmp_path / "data"


def command(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def passwords(data: Path) -> dict[str, str]:
    return {each["email"]: each["password"] for each in json.loads((data / "first-passwords.json").read_text())}


def roles_after_sign_in(data: Path, email: str, password: str) -> set[RoleId]:
    async def signed_in() -> set[RoleId]:
        async with opened(Settings(data=str(data))) as storage:
            clock, ids = SystemClock(), SystemIds()
            roles = RoleService(storage.people, ids, AccessChanges())
            factors = SecondFactorService(storage.people, clock, ids)
            service = SignInService(storage.catalogue, roles, factors, clock, ids, PasswordWork(), storage.audit)
            _, principal = await service.sign_in(email, password, "127.0.0.1")
            return set(principal.user.roles)

    return asyncio.run(signed_in())


def test_a_fresh_installation_has_people_queues_and_passwords_that_work(data: Path) -> None:
    done = command("seed")

    made = passwords(data)
    assert done.exit_code == 0
    assert len(made) == 5
    assert all(word in done.output for word in made.values())
    assert stat.S_IMODE((data / "first-passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert roles_after_sign_in(data, "admin@example.com", made["admin@example.com"]) == {Role.ADMIN}


def test_seeding_again_changes_nothing_unless_new_passwords_are_wanted(data: Path) -> None:
    command("seed")
    first = passwords(data)

    again = command("seed")
    assert "nothing was changed" in again.output
    assert passwords(data) == first

    command("seed", "--reset-passwords")
    second = passwords(data)
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())
    with pytest.raises(WrongCredentialsError):
        roles_after_sign_in(data, "admin@example.com", first["admin@example.com"])
    assert roles_after_sign_in(data, "admin@example.com", second["admin@example.com"]) == {Role.ADMIN}


def test_a_new_user_can_sign_in_and_serves_the_queues_that_were_named(data: Path) -> None:
    command("seed")

    done = command("create-user", "ben@example.com", "Ben", "--role", "agent", "--queue", "Billing")

    password = done.output.split("the password ")[1].split()[0]
    assert roles_after_sign_in(data, "ben@example.com", password) == {Role.AGENT}
    assert served(data, "ben@example.com") == ["Billing", "Billing"], "in the phone menu and in the web menu"


def served(data: Path, email: str) -> list[str]:
    async def queues() -> list[str]:
        async with opened(Settings(data=str(data))) as storage:
            user = next(each.id for each in await storage.catalogue.users() if each.email == email)
            return [queue.name("en") for queue in await planted_queues(storage.queues) if user in queue.agents]

    return asyncio.run(queues())


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["admin@example.com", "Another", "--role", "admin"], ""),
        (["new@example.com", "New", "--role", "agent", "--queue", "Nowhere"], "there is no queue Nowhere"),
        (["nobody", "New", "--role", "agent"], "an e-mail address"),
    ],
)
def test_a_user_that_cannot_be_is_refused_in_one_line(words: list[str], complaint: str, data: Path) -> None:
    command("seed")
    done = command("create-user", *words)
    assert done.exit_code == 1
    assert complaint in done.output
    assert "Traceback" not in done.output
    assert data.exists()


@pytest.mark.usefixtures("data")
def test_a_check_shows_what_counts_and_finds_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:  # noqa: S104 - as the server would listen
        port = taken.getsockname()[1]
        monkeypatch.setenv("MADOGUCHI_PORT", str(port))
        done = command("check")

    assert done.exit_code == 1
    assert "MADOGUCHI_PORT" in done.output
    assert f"✗ HTTP, port {port}: Address already in use" in done.output
    assert "✓ database" in done.output


@pytest.mark.usefixtures("data")
def test_wrong_settings_stop_every_command_with_a_line_for_each_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_PORT", "eighty")
    monkeypatch.setenv("MADOGUCHI_RTP_PORTS", "none")
    for word in ("check", "seed", "run"):
        done = command(word)
        assert done.exit_code == 2
        assert done.output.count("✗") == 2


def test_a_data_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    data.write_text("a file is in the way")
    monkeypatch.setenv("MADOGUCHI_DATA", str(data / "below"))
    done = command("seed")
    assert done.exit_code == 1
    assert f"{data / 'below'} cannot be made" in done.output


@pytest.mark.usefixtures("data")
def test_the_demonstration_says_how_to_start_the_server_that_it_needs() -> None:
    done = command("demo", "--url", "http://127.0.0.1:9", "--callers", "0", "--minutes", "0.1")
    assert done.exit_code == 1
    assert "madoguchi run" in done.output


def test_the_generated_pages_can_be_written(data: Path, tmp_path: Path) -> None:
    assert command("openapi", "--output", str(tmp_path / "openapi.json")).exit_code == 0
    assert "/api/v1/session" in json.loads((tmp_path / "openapi.json").read_text())["paths"]
    assert command("settings-docs").output.startswith("# Settings")
    assert not data.exists()
