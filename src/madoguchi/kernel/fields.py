"""Wrong inputs, each with its place in the request, so that a page can say what is wrong beside each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default

from madoguchi.kernel.errors import Kind, MadoguchiError


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one input."""

    field: str
    """Its place, outermost name first, list places from 0: `weekly.days.mon.1.start`."""
    reason: str
    """A stable word, for clients that say it in another language."""
    detail: str
    """What is wrong, for people, without personal data."""
    params: Mapping[str, str] = default(default_factory=dict)
    """What a client needs to say the reason in its own words, such as the other span's times."""


class InvalidFieldsError(MadoguchiError):
    """Some of the input is not valid."""

    kind = Kind.INVALID
    code = "invalid_fields"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        detail = "; ".join(f"{error.field}: {error.detail}" for error in errors)
        only = errors[0] if len(errors) == 1 else None
        super().__init__(detail, field=only.field if only else None, reason=only.reason if only else None)
        self.errors = tuple(errors)
