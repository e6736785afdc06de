from pathlib import Path

import pytest

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.bootstrap.build import voice_settings
from madoguchi.bootstrap.settings import Settings, SettingsError, load, page, shown

ROOT = Path(__file__).parents[3]


def test_without_file_and_variables_the_defaults_count(tmp_path: Path) -> None:
    assert load({}, tmp_path).settings == Settings()


def test_a_variable_beats_the_file_and_the_file_beats_the_default(tmp_path: Path) -> None:
    (tmp_path / "madoguchi.toml").write_text('port = 81\nsip_port = 5081\norigins = ["https://a.example"]\n')

    loaded = load({"MADOGUCHI_PORT": "82"}, tmp_path)

    assert (loaded.settings.port, loaded.settings.sip_port, loaded.settings.host) == (82, 5081, "0.0.0.0")  # noqa: S104 - the default
    assert loaded.origins["port"] == "MADOGUCHI_PORT"
    assert loaded.origins["sip_port"] == str(tmp_path / "madoguchi.toml")


def test_lists_in_variables_are_separated_by_commas(tmp_path: Path) -> None:
    loaded = load({"MADOGUCHI_MEDIA_ADDRESSES": "192.0.2.1, 192.0.2.2"}, tmp_path)
    assert loaded.settings.media_addresses == ("192.0.2.1", "192.0.2.2")


def test_trunks_and_phones_come_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "madoguchi.toml").write_text(
        '[[trunks]]\nname = "carrier"\nhost = "192.0.2.9"\n[[phones]]\nuser = "100"\npassword = "x"\n'
    )
    settings = load({}, tmp_path).settings
    assert [trunk.name for trunk in settings.trunks] == ["carrier"]
    assert [phone.user for phone in settings.phones] == ["100"]


@pytest.mark.parametrize(
    ("variables", "mistake"),
    [
        ({"MADOGUCHI_PORT": "eighty"}, "port (MADOGUCHI_PORT)"),
        ({"MADOGUCHI_PORT": "70000"}, "port (MADOGUCHI_PORT)"),
        ({"MADOGUCHI_RTP_PORTS": "20000"}, "rtp_ports (MADOGUCHI_RTP_PORTS)"),
        ({"MADOGUCHI_RTP_PORTS": "20999-20000"}, "rtp_ports: 20999-20000"),
        ({"MADOGUCHI_RTP_PORTS": "9000-11000"}, "webrtc_port: 10000 lies within"),
        ({"MADOGUCHI_TLS_KEY": "/nowhere.pem"}, "set both or neither"),
        ({"MADOGUCHI_DATABASE": "mysql://x"}, "database: must start with"),
        ({"MADOGUCHI_SMTP_HOST": "mail.example.com"}, "smtp_host: set smtp_sender and public_url too"),
        ({"MADOGUCHI_PUBLIC_URL": "desk.example.com"}, "public_url: must start with"),
        ({"MADOGUCHI_LOG_LEVEL": "LOUD"}, "log_level (MADOGUCHI_LOG_LEVEL)"),
        ({"MADOGUCHI_MAX_LEGS": "0"}, "max_legs (MADOGUCHI_MAX_LEGS)"),
        ({"MADOGUCHI_SIP_CALL_RATE": "0"}, "sip_call_rate (MADOGUCHI_SIP_CALL_RATE)"),
        ({"MADOGUCHI_SIP_WRONG_PASSWORDS": "0"}, "sip_wrong_passwords (MADOGUCHI_SIP_WRONG_PASSWORDS)"),
        ({"MADOGUCHI_CONFIG": "/nowhere.toml"}, "there is no file"),
    ],
)
def test_a_mistake_is_named_with_where_it_came_from(variables: dict[str, str], mistake: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        load(variables, tmp_path)
    assert mistake in str(raised.value)


def test_limits_against_abuse_reach_the_voice_engine(tmp_path: Path) -> None:
    variables = {"MAX_LEGS": "7", "SIP_CALL_RATE": "0.2", "SIP_WRONG_PASSWORDS": "3", "SIP_LOCKOUT_S": "5"}
    voice = voice_settings(load({f"MADOGUCHI_{name}": value for name, value in variables.items()}, tmp_path).settings)

    assert (voice.max_legs, voice.invite_rate, voice.max_auth_failures, voice.ban_s) == (7, 0.2, 3, 5.0)
    assert voice.invite_burst == 1.0


def test_without_settings_the_voice_engine_has_its_own_defaults(tmp_path: Path) -> None:
    assert voice_settings(load({}, tmp_path).settings) == EmbeddedVoiceSettings()


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        load({"MADOGUCHI_PORT": "x", "MADOGUCHI_SIP_PORT": "y"}, tmp_path)
    assert len(str(raised.value).splitlines()) == 2


def test_an_unknown_key_in_the_file_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "madoguchi.toml").write_text("prot = 80\n")
    with pytest.raises(SettingsError, match=r"prot .*is no setting"):
        load({}, tmp_path)


def test_an_unknown_variable_is_a_warning_because_a_shell_may_hold_others(tmp_path: Path) -> None:
    assert load({"MADOGUCHI_PROT": "80"}, tmp_path).warnings == ["MADOGUCHI_PROT is no setting"]


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "madoguchi.toml").write_text('[[phones]]\nuser = "100"\npassword = "hidden"\n')
    settings = load({"MADOGUCHI_DATABASE": "postgresql://user:hidden@host/name"}, tmp_path).settings
    assert "hidden" not in shown("phones", settings.phones) + shown("database", settings.database)


def test_the_page_about_settings_is_current() -> None:
    committed = (ROOT / "docs" / "operations" / "settings.md").read_text(encoding="utf-8")
    assert committed == page(), "run `make docs`"
