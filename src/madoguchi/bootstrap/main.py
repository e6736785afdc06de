"""The command line: `madoguchi run` and its companions."""

import json
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import uvloop

from madoguchi.adapters.cli import pages
from madoguchi.adapters.http.app import openapi_document
from madoguchi.bootstrap import settings as deployment
from madoguchi.bootstrap.ledger import check_ledger, told
from madoguchi.bootstrap.run import check_parts, run_server
from madoguchi.bootstrap.storage import StartError, create_user, seed_passwords
from madoguchi.domain.access.permissions import Role
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import RoleId

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Madoguchi: an open-source contact centre for calls and chats.",
)


class RoleName(Enum):
    """The default roles; others are given in the portal."""

    AGENT = Role.AGENT
    MANAGER = Role.MANAGER
    MANAGER_TEAM = Role.MANAGER_TEAM
    MANAGER_DATA = Role.MANAGER_DATA
    MANAGER_ADMIN = Role.MANAGER_ADMIN
    ADMIN = Role.ADMIN


_FAILED: Final = 1
_MISUSED: Final = 2


def _loaded() -> deployment.Loaded:
    try:
        loaded = deployment.load()
    except deployment.SettingsError as error:
        pages.show_mistakes(str(error))
        raise typer.Exit(_MISUSED) from None
    for warning in loaded.warnings:
        pages.complain(warning)
    return loaded


def _finish(work: Any) -> Any:
    """Run `work` to its end; what a person can mend is said in a line, not in a traceback."""
    try:
        return uvloop.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except (StartError, MadoguchiError) as error:
        pages.complain(str(error) or type(error).__name__)
        raise typer.Exit(_FAILED) from None


@app.command()
def run() -> None:
    """Start the server: HTTP, realtime, SIP, media."""
    _finish(run_server(_loaded()))


@app.command()
def check() -> None:
    """Show the settings that count, and try whether the server could start."""
    loaded = _loaded()
    names = [each.name for each in deployment.fields()]
    pages.show_settings(
        (name, deployment.shown(name, getattr(loaded.settings, name)), loaded.origins.get(name, "")) for name in names
    )
    results = _finish(check_parts(loaded.settings))
    pages.show_checks(results)
    if not all(works for _, works, _ in results):
        raise typer.Exit(_FAILED)


@app.command()
def seed(
    *,
    reset_passwords: Annotated[
        bool, typer.Option("--reset-passwords", help="Give the demo organisation's users new passwords.")
    ] = False,
) -> None:
    """Make the demo organisation in an empty database."""
    loaded = _loaded()
    made, path = _finish(seed_passwords(loaded.settings, reset=reset_passwords))
    if not made:
        pages.say("Somebody works here already; nothing was changed. --reset-passwords makes new passwords.")
        return
    pages.show_passwords([(each.name, each.email, each.role, each.password) for each in made], str(path))


@app.command("create-user")
def new_user(
    email: Annotated[str, typer.Argument(help="E-mail address; the user signs in with it.")],
    name: Annotated[str, typer.Argument(help="Name as colleagues and consumers see it.")],
    role: Annotated[list[RoleName], typer.Option(help="What the user does; may be given several times.")],
    language: Annotated[list[str] | None, typer.Option(help="Languages, best first.")] = None,
    queue: Annotated[list[str] | None, typer.Option(help="English names of the queues to serve; all if none.")] = None,
) -> None:
    """Make a user, and show the password."""
    roles = [RoleId(each.value) for each in role]
    password = _finish(create_user(_loaded().settings, email, name, roles, language or ["ja", "en"], queue or []))
    pages.say(f"{email} may sign in with the password {password}")
    pages.say("A server that runs already offers this user work after its next start.")


@app.command("verify-ledger")
def verify_ledger(
    contains: Annotated[
        str, typer.Option(help="A hash that was noted earlier; it must still be that of an entry.")
    ] = "",
) -> None:
    """Verify that nobody has changed the ledger of who listened to what. Exit code 1: somebody has."""
    well, words = told(_finish(check_ledger(_loaded().settings, contains.strip().lower())), contains.strip().lower())
    if not well:
        pages.complain(words)
        raise typer.Exit(_FAILED)
    pages.say(words)


@app.command()
def openapi(
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of the screen.")] = None,
) -> None:
    """Print the description of the HTTP routes."""
    _put(json.dumps(openapi_document(), indent=1, ensure_ascii=False) + "\n", output)


@app.command("settings-docs")
def settings_docs(
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of the screen.")] = None,
) -> None:
    """Print the page about the settings."""
    _put(deployment.page(), output)


def _put(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


@app.command()
def demo(
    *,
    url: Annotated[str, typer.Option(help="The server; by default the one that the settings describe.")] = "",
    sip: Annotated[str, typer.Option(help="Its SIP address, host:port.")] = "",
    callers: Annotated[int, typer.Option(min=0, max=200, help="Calls at once.")] = 2,
    chatters: Annotated[int, typer.Option(min=0, max=200, help="Chats at once.")] = 3,
    agents: Annotated[int, typer.Option(min=0, max=3, help="Demo agents that accept and answer by themselves.")] = 0,
    minutes: Annotated[float, typer.Option(min=0.05, help="How long.")] = 10.0,
) -> None:
    """Make synthetic callers and chatters, so that there is something to see."""
    from madoguchi.bootstrap.demo import run_demo  # noqa: PLC0415 - the server must not load what only the demo needs

    _finish(
        run_demo(
            _loaded().settings,
            url=url,
            sip=sip,
            callers=callers,
            chatters=chatters,
            agents=agents,
            minutes=minutes,
        )
    )


if __name__ == "__main__":
    app()
