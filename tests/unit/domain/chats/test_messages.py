"""Lines: what they may say, and how they are shortened."""

import pytest

from madoguchi.domain.chats import messages
from madoguchi.domain.chats.attachments import Attachment, MediaType
from madoguchi.domain.chats.lifecycle import Side
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import AttachmentId, InteractionId
from madoguchi.testing.environment import NOON

PHOTO = Attachment(
    AttachmentId("attachment_1"), InteractionId("chat_1"), "cat.png", MediaType.PNG, 99, 4, 3, "attachments/1", NOON
)


@pytest.mark.parametrize("content", ["", "  \n\t", "あ" * 4_001])
def test_an_empty_or_overlong_line_is_refused(content: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        messages.text(content)
    assert refused.value.field == "text"


def test_a_line_may_have_four_thousand_characters() -> None:
    assert messages.text("あ" * 4_000)["text"] == "あ" * 4_000


def test_a_file_line_says_everything_that_is_needed_to_show_it() -> None:
    assert messages.attachment(PHOTO) == {
        "type": "attachment",
        "attachment": "attachment_1",
        "name": "cat.png",
        "media_type": "image/png",
        "size": 99,
        "width": 4,
        "height": 3,
    }


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (messages.text("one\n two  three"), "one two three"),
        (messages.text("x" * 500), "x" * 120),
        (messages.attachment(PHOTO), "cat.png"),
        (messages.event("ended"), ""),
    ],
)
def test_lists_show_the_beginning_on_one_line(body: messages.Body, shown: str) -> None:
    assert messages.preview(body) == shown


def test_marks_belong_to_one_side_each() -> None:
    marks = messages.Marks().raised(Side.CONSUMER, 4).raised(Side.AGENT, 2).raised(Side.CONSUMER, 1)
    assert (marks.of(Side.CONSUMER), marks.of(Side.AGENT)) == (4, 2)
