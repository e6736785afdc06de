import io
import json
import logging
import subprocess
import sys
import textwrap

import pytest
import structlog

from madoguchi.adapters.observability import logs


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """All logs of the process, for one test."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    stream = io.StringIO()
    logs.configure(stream=stream)
    return stream


def test_a_line_is_one_json_object_with_its_level_and_time(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger("madoguchi.calls").info("call queued", call="call_1")

    line = json.loads(stream.getvalue())

    assert (line["event"], line["call"], line["level"], line["logger"]) == (
        "call queued",
        "call_1",
        "info",
        "madoguchi.calls",
    )
    assert line["timestamp"].endswith("Z")


def test_plain_loggers_write_the_same_lines_with_their_extras(stream: io.StringIO) -> None:
    logging.getLogger("somewhere").warning("leg lost %s", "now", extra={"leg": "leg_1"})
    line = json.loads(stream.getvalue())
    assert (line["event"], line["leg"], line["level"]) == ("leg lost now", "leg_1", "warning")


def test_what_people_say_and_are_called_is_struck_out(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger().info("line", text="my card is 4111", phone="+81312345678", token="secret")
    logging.getLogger("x").info("signed in", extra={"email": "ana@example.com"})
    written = stream.getvalue()
    assert not any(word in written for word in ("4111", "+813", "secret", "ana@"))


def test_a_fault_is_logged_with_its_traceback_on_one_line(stream: io.StringIO) -> None:
    try:
        int("broken")
    except ValueError:
        logging.getLogger("x").exception("failed")
    (line,) = stream.getvalue().splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["exception"]


def test_text_logs_work_too() -> None:
    script = """
        import logging
        from madoguchi.adapters.observability import logs
        logs.configure(json=False)
        logging.getLogger("x").warning("hello")
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert "hello" in done.stderr
