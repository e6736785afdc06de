"""Deployment settings: read once, from `madoguchi.toml` and the environment. Nobody else reads either.

Every setting has one declaration here; its text becomes the table in docs/operations/settings.md.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

PREFIX: Final = "MADOGUCHI_"
FILE: Final = "madoguchi.toml"
FILE_VARIABLE: Final = PREFIX + "CONFIG"

Port: TypeAlias = Annotated[int, Meta(ge=0, le=65_535)]


class SettingsError(Exception):
    """The settings cannot be used; each line of the message is one mistake."""


class Trunk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A carrier's SIP trunk."""

    name: Annotated[str, Meta(min_length=1, description="How logs and calls name it.")]
    host: Annotated[str, Meta(min_length=1, description="The carrier's host name or address.")]
    port: Annotated[Port, Meta(description="Its port.")] = 5060
    transport: Annotated[Literal["UDP", "TCP"], Meta(description="How to reach it.")] = "UDP"
    user: Annotated[str, Meta(description="For digest authentication, in both directions; empty for none.")] = ""
    password: Annotated[str, Meta(description="For digest authentication, in both directions.")] = ""
    networks: Annotated[
        tuple[str, ...],
        Meta(description="Addresses or networks that its calls come from; empty: `host`, when that is an address."),
    ] = ()
    caller: Annotated[str, Meta(description="The number that outgoing calls show.")] = ""
    register: Annotated[bool, Meta(description="Whether to register at the carrier.")] = False
    srtp: Annotated[bool, Meta(description="Whether outgoing calls are encrypted (SDES).")] = False


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A SIP phone that may register here."""

    user: Annotated[str, Meta(min_length=1, description="Its user name.")]
    password: Annotated[str, Meta(min_length=1, description="Its password.")]
    name: Annotated[str, Meta(description="Whose it is, for display.")] = ""
    srtp: Annotated[bool, Meta(description="Whether calls to it are encrypted (SDES).")] = False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All deployment settings."""

    host: Annotated[str, Meta(description="Address that HTTP listens on.")] = "0.0.0.0"  # noqa: S104 - a server
    port: Annotated[Port, Meta(description="Port that HTTP listens on; 0 takes a free one.")] = 8080
    tls_certificate: Annotated[
        str,
        Meta(
            description="PEM file with the certificate chain; HTTP becomes HTTPS, which browsers on other machines "
            "need for the microphone."
        ),
    ] = ""
    tls_key: Annotated[str, Meta(description="PEM file with the certificate's key.")] = ""
    trusted_proxies: Annotated[
        str,
        Meta(description="Addresses of reverse proxies whose `X-Forwarded-*` headers count, by commas; `*` for all."),
    ] = "127.0.0.1"
    data: Annotated[str, Meta(description="Folder for everything that is kept.")] = "./var"
    database: Annotated[
        str, Meta(description="`postgresql://user:password@host/name`; empty for SQLite in the data folder.")
    ] = ""
    blobs: Annotated[
        str,
        Meta(
            description="Where recordings and attachments are kept: a URL such as `s3://bucket/prefix`; "
            "empty for the data folder."
        ),
    ] = ""
    frame_ancestors: Annotated[
        tuple[str, ...],
        Meta(
            description="Sites that may show the portal in a frame, as CSP sources, besides those that an "
            "administrator adds on *Settings > Embedding*."
        ),
    ] = ("'self'",)
    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Origins besides our own whose pages may write with the session cookie and open the portal's "
            "realtime socket."
        ),
    ] = ()
    metrics_networks: Annotated[tuple[str, ...], Meta(description="Networks that may read `/metrics`.")] = (
        "127.0.0.0/8",
        "::1/128",
    )
    consumer_rate: Annotated[
        float, Meta(gt=0, description="Requests a second that one consumer may send in the long run.")
    ] = 10.0
    sip_host: Annotated[str, Meta(description="Address that SIP listens on.")] = "0.0.0.0"  # noqa: S104 - a server
    sip_port: Annotated[Port, Meta(description="UDP and TCP port that SIP listens on; 0 takes a free one.")] = 5060
    sip_address: Annotated[
        str, Meta(description="Address at which SIP peers reach this machine, where it is not its own (behind NAT).")
    ] = ""
    sip_strangers: Annotated[
        bool,
        Meta(
            description="Whether calls are taken from SIP peers that are neither trunk nor phone; say no where "
            "SIP is open to the internet."
        ),
    ] = True
    sip_call_rate: Annotated[
        float,
        Meta(
            gt=0,
            description="New calls a second that one address may make which is neither trunk nor registered phone; "
            "twice as many at once.",
        ),
    ] = 20.0
    sip_wrong_passwords: Annotated[
        int, Meta(ge=1, description="Wrong passwords after which a SIP address is shut out for a while.")
    ] = 10
    sip_lockout_s: Annotated[float, Meta(gt=0, description="For how many seconds it is shut out.")] = 60.0
    max_legs: Annotated[
        int,
        Meta(
            ge=1,
            le=65_536,
            description="Phones and browsers that may be connected at a time; further calls are told that we are busy.",
        ),
    ] = 500
    rtp_ports: Annotated[
        str, Meta(pattern=r"^\d{1,5}-\d{1,5}$", description="UDP ports for telephone audio, `first-last`.")
    ] = "20000-20999"
    webrtc_port: Annotated[
        Port,
        Meta(
            description="The one UDP port for all browsers' audio; further media workers take the ports after it; "
            "0 takes free ones."
        ),
    ] = 10000
    webrtc_tcp: Annotated[
        bool,
        Meta(
            description="Whether browsers' audio may come by TCP to the same port numbers, where a firewall lets no "
            "UDP out."
        ),
    ] = True
    media_addresses: Annotated[
        tuple[str, ...],
        Meta(description="Addresses at which browsers and phones reach this machine; empty for its own ones."),
    ] = ()
    media_workers: Annotated[int, Meta(ge=1, le=64, description="Processes that mix audio; one a core.")] = 1
    trunks: Annotated[
        tuple[Trunk, ...], Meta(description="SIP trunks, only in the file; numbers are dialled by the first.")
    ] = ()
    phones: Annotated[tuple[Phone, ...], Meta(description="SIP phones; only in the file.")] = ()
    public_url: Annotated[
        str,
        Meta(description="Where users find the portal, such as `https://desk.example.com`; links in mails begin so."),
    ] = ""
    smtp_host: Annotated[
        str, Meta(description="Mail server for invitations and new passwords; empty: links are handed over by people.")
    ] = ""
    smtp_port: Annotated[Port, Meta(description="Its port.")] = 587
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"], Meta(description="How the connection to it is encrypted.")
    ] = "starttls"
    smtp_user: Annotated[str, Meta(description="User name there; empty for none.")] = ""
    smtp_password: Annotated[str, Meta(description="Password there.")] = ""
    smtp_sender: Annotated[str, Meta(description="Address that mails come from.")] = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Meta(description="How much is logged.")] = "INFO"
    log_format: Annotated[Literal["json", "text"], Meta(description="How it is logged.")] = "json"
    static: Annotated[str, Meta(description="Folder of the built pages; empty for those of the package.")] = ""

    @property
    def data_folder(self) -> Path:
        """The data folder as an absolute path."""
        return Path(self.data).expanduser().resolve()

    @property
    def static_folder(self) -> Path:
        """The folder of the built pages."""
        return Path(self.static) if self.static else Path(__file__).parent.parent / "static"

    @property
    def rtp_range(self) -> tuple[int, int]:
        """First and last RTP port."""
        first, _, last = self.rtp_ports.partition("-")
        return int(first), int(last)


@dataclass(frozen=True)
class Loaded:
    """Settings, and where each that is no default came from."""

    settings: Settings
    origins: Mapping[str, str]
    """Setting → the variable or file that set it."""
    warnings: Sequence[str] = ()


_FROM_FILE_ONLY: Final = frozenset({"trunks", "phones"})
SECRETS: Final = frozenset({"password", "database", "smtp_password"})


def load(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Loaded:
    """Read the settings: defaults, then the file, then the environment.

    Raises:
        SettingsError: something is wrong; nothing was started.
    """
    variables = os.environ if environment is None else environment
    values, origins = _from_file(variables, folder or Path.cwd())
    warnings = []
    fields = {each.name: each for each in msgspec.structs.fields(Settings)}
    for variable, text in variables.items():
        if not variable.startswith(PREFIX) or variable == FILE_VARIABLE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in fields or name in _FROM_FILE_ONLY:
            warnings.append(f"{variable} is no setting")
            continue
        is_list = get_origin(_bare(fields[name].type)) is tuple
        values[name] = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
        origins[name] = variable
    settings = _converted(values, origins)
    _require_sound(settings)
    return Loaded(settings, origins, warnings)


def _from_file(variables: Mapping[str, str], folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    named = variables.get(FILE_VARIABLE)
    path = Path(named) if named else folder / FILE
    if not path.exists():
        if named:
            raise SettingsError(f"{FILE_VARIABLE}: there is no file {path}")
        return {}, {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: {error}") from None
    return values, dict.fromkeys(values, str(path))


def _converted(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    mistakes = []
    fields = {each.name: each.type for each in msgspec.structs.fields(Settings)}
    read = {}
    for name, value in values.items():
        if name not in fields:
            mistakes.append(f"{name} ({origins[name]}): is no setting")
            continue
        try:
            read[name] = msgspec.convert(value, fields[name], strict=False)
        except msgspec.ValidationError as error:
            mistakes.append(f"{name} ({origins[name]}): {error}")
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return Settings(**read)


def _require_sound(settings: Settings) -> None:
    """Check what one value alone cannot tell."""
    mistakes = []
    first, last = settings.rtp_range
    if not 1024 <= first < last <= 65_535:  # noqa: PLR2004 - ports that need no privilege
        mistakes.append(f"rtp_ports: {settings.rtp_ports} is no range within 1024-65535")
    elif settings.webrtc_port and first <= settings.webrtc_port <= last:
        mistakes.append(f"webrtc_port: {settings.webrtc_port} lies within rtp_ports {settings.rtp_ports}")
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        mistakes.append("tls_certificate and tls_key: set both or neither")
    mistakes += [
        f"{name}: there is no file {path}"
        for name, path in (("tls_certificate", settings.tls_certificate), ("tls_key", settings.tls_key))
        if path and not Path(path).is_file()
    ]
    if settings.database and not settings.database.startswith(("postgresql://", "sqlite:///")):
        mistakes.append("database: must start with postgresql:// or sqlite:///")
    if settings.smtp_host and not (settings.smtp_sender and settings.public_url):
        mistakes.append("smtp_host: set smtp_sender and public_url too")
    if settings.public_url and not settings.public_url.startswith(("https://", "http://")):
        mistakes.append("public_url: must start with https:// or http://")
    for label, names in (
        ("trunks", [t.name for t in settings.trunks]),
        ("phones", [p.user for p in settings.phones]),
    ):
        if len(set(names)) != len(names):
            mistakes.append(f"{label}: two have the same name")
    if mistakes:
        raise SettingsError("\n".join(mistakes))


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _described(annotation: Any) -> str:
    texts = [each.description for each in getattr(annotation, "__metadata__", ()) if isinstance(each, Meta)]
    return next((text for text in reversed(texts) if text), "")


def _kind(annotation: Any) -> str:
    bare = _bare(annotation)
    if get_origin(bare) is Literal:
        return " \\| ".join(f"`{each}`" for each in get_args(bare))
    if get_origin(bare) is tuple:
        item = get_args(bare)[0]
        return "tables" if isinstance(item, type) and issubclass(item, msgspec.Struct) else "list"
    return {str: "text", int: "number", float: "number", bool: "`true` \\| `false`"}.get(bare, "text")


def fields() -> Sequence[msgspec.structs.FieldInfo]:
    """Return the declarations of all settings, in their order."""
    return msgspec.structs.fields(Settings)


def shown(name: str, value: Any) -> str:
    """Return a value as it may be shown: secrets struck out."""
    if name in SECRETS and value:
        return "…" if name != "database" else value.partition("://")[0] + "://…"
    if isinstance(value, msgspec.Struct):
        fields = [each.name for each in msgspec.structs.fields(value)]
        return "{" + ", ".join(f"{each} = {shown(each, getattr(value, each))}" for each in fields) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(name, each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def page() -> str:
    """Return docs/operations/settings.md."""
    lines = [
        "# Settings",
        "",
        "Generated by `madoguchi settings-docs`; do not edit.",
        "",
        f"Settings are read once at the start: from `{FILE}` in the working folder (or the file that `{FILE_VARIABLE}`",
        "names), then from the environment, which wins. Lists in variables are separated by commas. `madoguchi check`",
        "prints what counts and finds mistakes without starting anything. What belongs to the organisation (queues,",
        "hours, messages) is no setting: it is kept in the database.",
        "",
        *_table(Settings, variables=True),
    ]
    for title, shape, key in (("Trunks", Trunk, "trunks"), ("Phones", Phone, "phones")):
        lines += [
            "",
            f"## {title}",
            "",
            f"One `[[{key}]]` table for each in `{FILE}`.",
            "",
            *_table(shape, variables=False),
        ]
    return "\n".join(lines) + "\n"


def _table(shape: type[msgspec.Struct], *, variables: bool) -> list[str]:
    hints = get_type_hints(shape, include_extras=True)
    lines = [
        "| variable | in the file | kind | default | meaning |" if variables else "| key | kind | default | meaning |"
    ]
    lines.append("|---|---|---|---|---|" if variables else "|---|---|---|---|")
    for each in msgspec.structs.fields(shape):
        if variables and each.name in _FROM_FILE_ONLY:
            continue
        default = each.default if each.default is not msgspec.NODEFAULT else None
        if each.default_factory is not msgspec.NODEFAULT:
            default = each.default_factory()
        text = "required" if each.required else (f"`{shown(each.name, default)}`" if default not in ("", ()) else "")
        cells = [f"`{each.name}`", _kind(hints[each.name]), text, _described(hints[each.name])]
        if variables:
            cells.insert(0, f"`{PREFIX}{each.name.upper()}`")
        lines.append("| " + " | ".join(cells) + " |")
    return lines
