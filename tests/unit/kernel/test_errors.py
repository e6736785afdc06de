"""What every error tells."""

from madoguchi.kernel.errors import Kind, MadoguchiError, NotFoundError


class CupboardBareError(MadoguchiError):
    """The cupboard is bare.

    More about it, which is no title.
    """

    kind = Kind.UNAVAILABLE
    code = "cupboard_bare_in_a_test"


def test_the_first_line_of_its_docstring_is_the_title() -> None:
    assert CupboardBareError("look again").title == "The cupboard is bare."


def test_detail_field_and_reason_are_kept() -> None:
    error = NotFoundError("no such queue", field="queue", reason="gone")

    assert (str(error), error.detail, error.field, error.reason) == ("no such queue", "no such queue", "queue", "gone")
    assert (NotFoundError().detail, NotFoundError().field, NotFoundError().reason) == ("", None, None)
