"""One server and one browser for a file of stories about the widget."""

from tests.e2e.chat.conftest import browser, nothing_left, server

__all__ = ["browser", "nothing_left", "server"]
