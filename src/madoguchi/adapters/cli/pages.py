"""What the command line shows."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

console = Console(highlight=False)
problems = Console(stderr=True, highlight=False)


def show_settings(rows: Iterable[tuple[str, str, str]]) -> None:
    """Show settings: name, value, where it came from."""
    table = Table("setting", "value", "from", title="Settings", title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def show_mistakes(text: str) -> None:
    """Show what is wrong with the settings, one a line."""
    for line in text.splitlines():
        problems.print(f"[red]✗[/red] {line}", soft_wrap=True)


def show_checks(rows: Iterable[tuple[str, bool, str]]) -> None:
    """Show what was tried: name, whether it works, detail."""
    for name, works, detail in rows:
        mark = "[green]✓[/green]" if works else "[red]✗[/red]"
        console.print(f"{mark} {name}{': ' + detail if detail else ''}", soft_wrap=True)


def show_passwords(rows: Sequence[tuple[str, str, str, str]], kept_in: str) -> None:
    """Show new passwords, once: name, e-mail address, role, password."""
    table = Table("name", "e-mail", "role", "password", title="Sign in with", title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(
        f"These passwords are shown once. They are also in {kept_in}; delete it when you need it no more.",
        soft_wrap=True,
    )


def show_started(url: str, sip: str, data: str) -> None:
    """Show where to go."""
    console.print(f"Portal      {url}/", soft_wrap=True)
    console.print(f"Demo shop   {url}/demo-shop/   (the consumer's side: chat and call from here)", soft_wrap=True)
    console.print(f"SIP         {sip}   (call sip:madoguchi@<this machine> with any SIP phone)", soft_wrap=True)
    console.print(f"Data        {data}", soft_wrap=True)
    console.print("Ctrl-C stops it. `madoguchi demo` makes callers and chatters.", soft_wrap=True)


def say(text: str) -> None:
    """Show a line."""
    console.print(text, soft_wrap=True)


def complain(text: str) -> None:
    """Show why it does not go on."""
    problems.print(f"[red]✗[/red] {text}", soft_wrap=True)
