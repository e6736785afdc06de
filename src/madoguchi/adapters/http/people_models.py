"""What requests about people may say and answers contain."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from madoguchi.adapters.http.models import Id, In, Language, Line, Out, PhoneText, Version, Whole, _without_nul
from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.kernel.errors import InvalidInputError

RoleRef = Annotated[str, Field(pattern=r"^[a-z]+(_[A-Za-z0-9]{1,60})*$", max_length=64, examples=["agent"])]
PlaceRef = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{0,64}$", examples=["queue_01J0000000000000000000000A"])]
Secret = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_without_nul)]
Code = Annotated[str, Field(max_length=40), AfterValidator(_without_nul)]
Right = Annotated[str, Field(pattern=r"^[a-z_]{1,40}(\.[a-z_]{1,40}){0,2}$", examples=["calls.view"])]
For = Literal["all", "assigned_teams"]


def grants_in(given: dict[str, For]) -> dict[Permission, Scope]:
    """Return grants as the domain has them.

    Raises:
        InvalidInputError: there is no such permission.
    """
    known = {right.value: right for right in Permission}
    if not given.keys() <= known.keys():
        raise InvalidInputError("there is no such permission", field="grants", reason="unknown_permission")
    return {known[right]: Scope(scope) for right, scope in given.items()}


class RoleIn(In):
    """A role as the role page sends it."""

    name: Line
    label: Line
    colour: Line
    grants: Annotated[dict[Right, For], Field(max_length=100)]
    assignable: Annotated[list[RoleRef], Field(max_length=110)] | None = None
    second_factor: bool = False


class RoleChangeIn(RoleIn):
    """A role as it is to be."""

    version: Version


class RoleOut(Out):
    """A role."""

    id: str
    version: int
    name: str
    label: str
    colour: str
    grants: dict[str, str]
    assignable: list[str] | None
    second_factor: bool
    users: int
    """How many have it."""
    default: bool
    fixed: bool
    """Its permissions cannot be changed."""


class PageOut(Out):
    """A row of the role page."""

    key: str
    view: str | None
    edit: str | None
    scoped: bool
    hands_out_roles: bool


class RolesOut(Out):
    """All roles in list order, and what they are made of."""

    roles: list[RoleOut]
    pages: list[PageOut]
    max_custom: int


class RoleOrderIn(In):
    """All roles in their new order."""

    roles: Annotated[list[RoleRef], Field(max_length=200)]


class TeamIn(In):
    """A team."""

    name: Line
    parent: Id | None = None


class TeamChangeIn(TeamIn):
    """A team as it is to be."""

    version: Version


class TeamOut(Out):
    """A team in the tree."""

    id: str
    version: int
    name: str
    parent: str | None
    depth: int
    members: int
    managers: int


class TeamsOut(Out):
    """The tree, each team before those below it."""

    teams: list[TeamOut]


class TeamMoveIn(In):
    """Where a team goes among its siblings."""

    up: bool


class PartIn(In):
    """What somebody is in a team."""

    part: Literal["member", "manager", "nothing"]


class UserIn(In):
    """A user as the user dialog sends him."""

    first_name: Line = ""
    last_name: Line = ""
    email: Annotated[str, Field(max_length=254), AfterValidator(_without_nul)]
    phone: Line = ""
    agent_number: Line = ""
    location: Line = ""
    languages: Annotated[list[Language], Field(max_length=10)]
    roles: Annotated[list[RoleRef], Field(max_length=20)]
    teams: Annotated[list[Id], Field(max_length=200, default_factory=list)]
    manages: Annotated[list[Id], Field(max_length=200, default_factory=list)]
    chat_limit: Annotated[int, Field(ge=0, le=50)] = 3
    skills: Annotated[dict[Line, Whole], Field(max_length=100, default_factory=dict, examples=[{"billing": 3}])]
    """Skill to level, 1 to 5."""
    direct_numbers: Annotated[dict[PhoneText, PlaceRef], Field(max_length=50, default_factory=dict)]
    """Telephone number to the level or queue that takes a call that he does not; empty for nothing."""


class UserChangeIn(UserIn):
    """A user as he is to be."""

    version: Version


class PersonOut(Out):
    """A user as others see him."""

    id: str
    version: int
    name: str
    first_name: str
    last_name: str
    email: str
    phone: str | None
    agent_number: str | None
    location: str
    avatar: bool
    languages: list[str]
    roles: list[str]
    teams: list[str]
    manages: list[str]
    chat_limit: int
    skills: dict[str, int]
    direct_numbers: dict[str, str]
    active: bool
    invited: bool
    """He has not chosen a password yet."""
    second_factor: bool
    editable: bool
    """Whether the caller may change him."""


class UsersOut(Out):
    """A page of users, by name."""

    users: list[PersonOut]
    total: int


class RoleOption(Out):
    """A role as the user dialog offers it."""

    id: str
    name: str
    label: str
    colour: str
    assignable: bool


class TeamOption(Out):
    """A team as the user dialog offers it."""

    id: str
    path: str


class PlaceOption(Out):
    """A level or queue of the phone menu as the user dialog offers it."""

    id: str
    path: list[dict[str, str]]
    """Its names per language, from the top down."""


class UserOptionsOut(Out):
    """What users can be given."""

    roles: list[RoleOption]
    teams: list[TeamOption]
    skills: list[str]
    """Those that there are: that a user has or a queue asks for."""
    places: list[PlaceOption]
    """Where calls to direct numbers can go that are not taken."""
    everybody: bool
    """Whether the caller may edit users of all teams."""
    mails: bool
    """Whether links are mailed."""


class LinkOut(Out):
    """A link to hand over; it is told only here."""

    path: str
    kind: Literal["invitation", "reset"]
    expires_at: str
    mailed: bool


class InvitedOut(Out):
    """A new user, and the link by which he chooses his password."""

    id: str
    link: LinkOut


class ActiveIn(In):
    """Whether a user works here."""

    active: bool


class MistakeOut(Out):
    """One thing that is wrong with a file."""

    row: int
    column: str
    reason: str
    text: dict[str, str]
    """Per language."""


class ImportOut(Out):
    """What an import did, or would do."""

    rows: int
    new: int
    changed: int
    unchanged: int
    mistakes: list[MistakeOut]
    applied: bool


class RoleNameOut(Out):
    """A role by its name."""

    id: str
    name: str


class MeOut(Out):
    """The signed-in user's own profile."""

    id: str
    version: int
    name: str
    first_name: str
    last_name: str
    email: str
    phone: str | None
    avatar: bool
    languages: list[str]
    roles: list[RoleNameOut]
    teams: list[str]
    second_factor: bool
    second_factor_wanted: bool
    """One of his roles must have it."""
    recovery_codes: int
    """How many are left."""


class MeIn(In):
    """What a user may change of himself."""

    version: Version
    first_name: Line = ""
    last_name: Line = ""
    phone: Line = ""


class OwnPasswordIn(In):
    """A new password."""

    present: Secret
    password: Secret


class PresentPasswordIn(In):
    """The present password, as a proof."""

    present: Secret


class EnrolmentOut(Out):
    """What goes into an authenticator app."""

    secret: str
    uri: str
    qr: str
    """A picture as a `data:` URL."""


class CodeIn(In):
    """A code of the app."""

    code: Code


class RecoveryCodesOut(Out):
    """One-time codes for when the app is lost; they are told only here."""

    codes: list[str]


class TokenIn(In):
    """What a link has behind its `#`."""

    token: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_nul)]


class ChooseIn(TokenIn):
    """A password for whom a link belongs to."""

    password: Secret


class WelcomeOut(Out):
    """Whom a link belongs to, and what it is for."""

    kind: Literal["invitation", "reset"]
    name: str
    email: str
    min_length: int


class ForgottenIn(In):
    """Whose password is forgotten."""

    email: Line


class ForgottenOut(Out):
    """The answer, whoever asked."""

    mails: bool
    """Whether this server sends mail at all."""
