"""Variables become values; what is wrong stops the start with a line that names it."""

from ipaddress import ip_network
from pathlib import Path

import pytest

import config
from config.values import AgentChat, Window

TOKEN = "123456:" + "A" * 35


def problems() -> list[str]:
    with pytest.raises(config.ConfigError) as caught:
        config.load()
    return str(caught.value).split("\n")


def test_every_variable_has_a_default() -> None:
    settings = config.load()
    assert settings.database == Path("deskwire.db")
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert list(settings.webhook_retry_schedule) == [5, 300, 1800, 7200, 18000, 36000, 36000]
    assert settings.telegram_limits == {
        "all": Window(30, 1),
        "chat": Window(3, 3),
        "group": Window(20, 60),
    }
    assert settings.max_limits == {"all": Window(30, 1), "chat": Window(2, 1)}
    assert settings.api_key is None
    assert settings.trusted_proxies == ()


def test_values_are_parsed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    given = {
        "DATABASE": str(folder / "desk.db"),
        "HOST": "::1",
        "PORT": "0",
        "PUBLIC_URL": "https://desk.example/",
        "TELEGRAM_TOKEN": TOKEN,
        "MAX_TOKEN": "max-token",
        "UPDATES": "webhook",
        "WEBHOOK_SECRET": "a_Secret-1",
        "API_KEY": "of-my-own",
        "PROJECT_NAME": "Чайная",
        "AGENT_CHAT": "telegram:-1001234567890",
        "LOCALE": "ru",
        "RATE_LIMIT": "0",
        "WEBHOOK_ALLOW_PRIVATE": "true",
        "WEBHOOK_RETRY_SCHEDULE": "500ms, 1.5m,2h",
        "TELEGRAM_LIMITS": "all:5/2s, chat:1/250ms",
        "TRUSTED_PROXIES": "10.0.0.1, 192.168.0.0/16",
        "LOG_LEVEL": "WARNING",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"DESKWIRE_{name}", value)
    settings = config.load()
    assert settings.database == folder / "desk.db"
    assert (settings.host, settings.port) == ("::1", 0)
    assert settings.public_url == "https://desk.example"
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == TOKEN
    assert settings.agent_chat == AgentChat("telegram", -1001234567890)
    assert settings.rate_limit == 0
    assert settings.webhook_allow_private is True
    assert list(settings.webhook_retry_schedule) == [0.5, 90, 7200]
    assert settings.telegram_limits == {"all": Window(5, 2), "chat": Window(1, 0.25)}
    assert settings.trusted_proxies == (ip_network("10.0.0.1/32"), ip_network("192.168.0.0/16"))
    assert (settings.project_name, settings.locale, settings.log_level) == (
        "Чайная",
        "ru",
        "warning",
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("PORT", "abc", 'must be between 0 and 65535, not "abc"'),
        ("PORT", "65536", 'must be between 0 and 65535, not "65536"'),
        (
            "HOST",
            "my host",
            'must be an address or a host\'s name, such as 127.0.0.1, not "my host"',
        ),
        ("RATE_LIMIT", "-1", 'must be a whole number, 0 or more, not "-1"'),
        ("RATE_LIMIT", "1.5", 'must be a whole number, 0 or more, not "1.5"'),
        ("UPDATES", "push", 'must be polling or webhook, not "push"'),
        ("LOCALE", "de", 'must be en or ru, not "de"'),
        ("PLAYGROUND", "on", 'must be auto or off, not "on"'),
        ("LOG_FORMAT", "xml", 'must be console or json, not "xml"'),
        ("LOG_LEVEL", "loud", 'must be debug, info, warning or error, not "loud"'),
        ("WEBHOOK_ALLOW_PRIVATE", "maybe", 'must be true or false, not "maybe"'),
        (
            "AGENT_CHAT",
            "signal:1",
            "must be telegram:<chat id> or max:<chat id>, such as telegram:-100123456"
            ', not "signal:1"',
        ),
        (
            "WEBHOOK_RETRY_SCHEDULE",
            "5s,,5m",
            'must be waits with ms, s, m or h, such as 5s,5m,2h, not "5s,,5m"',
        ),
        (
            "TRUSTED_PROXIES",
            "proxy.example",
            "must be addresses or networks with commas between, such as"
            ' 10.0.0.1,192.168.0.0/16, not "proxy.example"',
        ),
        (
            "PROJECT_SLUG",
            "my shop",
            'must be 1 to 59 characters of A-Z, a-z, 0-9, _ and -, not "my shop"',
        ),
        (
            "DATABASE",
            "nowhere/desk.db",
            'must be the path of a file in a folder that exists, not "nowhere/desk.db"',
        ),
        (
            "MAX_API_URL",
            "platform.example",
            "must be a URL such as https://desk.example, with no user, query or #"
            ', not "platform.example"',
        ),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(f"DESKWIRE_{name}", value)
    assert problems() == [f"DESKWIRE_{name}: {line}"]


@pytest.mark.parametrize(
    "value", ["all:30", "all:0/1s", "all:3/0s", "all:3/1s,all:4/1s", "topic:3/1s", "all:3/1d"]
)
def test_a_window_that_limits_nothing_or_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("DESKWIRE_TELEGRAM_LIMITS", value)
    assert problems() == [
        "DESKWIRE_TELEGRAM_LIMITS: must be windows of all, chat or group,"
        f' such as all:30/1s,chat:3/3s, not "{value}"'
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "no-number"),
        ("MAX_TOKEN", "two words"),
        ("API_KEY", "x" * 201),
        ("API_KEY", "a key with spaces"),
        ("WEBHOOK_SECRET", "не буквы"),
        ("WEBHOOK_SECRET", "x" * 4),
        ("WEBHOOK_SECRET", "x" * 257),
        ("METRICS_TOKEN", "two words"),
        ("TELEGRAM_API_URL", "https://user:password@bots.example"),
    ],
)
def test_a_wrong_secret_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"DESKWIRE_{name}", value)
    (line,) = problems()
    assert line.startswith(f"DESKWIRE_{name}: must be ")
    assert value not in line


def test_a_token_in_the_wrong_place_is_not_shown_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKWIRE_PORT", TOKEN)
    assert problems() == ['DESKWIRE_PORT: must be between 0 and 65535, not "***"']


def test_several_wrong_variables_have_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKWIRE_PORT", "abc")
    monkeypatch.setenv("DESKWIRE_LOCALE", "de")
    monkeypatch.setenv("DESKWIRE_PROT", "1")
    assert [line.split(":")[0] for line in problems()] == [
        "DESKWIRE_PROT",
        "DESKWIRE_PORT",
        "DESKWIRE_LOCALE",
    ]


def test_a_misspelt_variable_is_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKWIRE_TELEGRAM_TOKN", TOKEN)
    assert problems() == [
        "DESKWIRE_TELEGRAM_TOKN: there is no such variable, did you mean DESKWIRE_TELEGRAM_TOKEN?"
    ]


def test_an_unknown_variable_in_the_file_is_named_too(folder: Path) -> None:
    (folder / ".env").write_text("OTHER_PROGRAM=1\nDESKWIRE_QQQ=1\n")
    assert problems() == ["DESKWIRE_QQQ: there is no such variable; .env.example lists all"]


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / ".env").write_text("\ufeffDESKWIRE_PORT=9000\nDESKWIRE_HOST=::1\n")
    monkeypatch.setenv("DESKWIRE_PORT", "9001")
    settings = config.load()
    assert (settings.host, settings.port) == ("::1", 9001)


def test_a_line_of_the_file_that_says_nothing_is_named(folder: Path) -> None:
    (folder / ".env").write_text("DESKWIRE_PORT=9000\n'what is this\n")
    assert problems() == [".env: line 2 is not NAME=value"]


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / ".env").write_bytes(b"DESKWIRE_PROJECT_NAME=\xff\xfe\n")
    assert problems() == [".env: can't be read: it is no UTF-8 text"]


def test_an_empty_value_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_TOKEN", "API_KEY", "PUBLIC_URL", "PORT", "AGENT_CHAT"):
        monkeypatch.setenv(f"DESKWIRE_{name}", "")
    settings = config.load()
    assert (settings.telegram_token, settings.api_key, settings.public_url) == (None, None, None)
    assert (settings.port, settings.agent_chat) == (8080, None)


@pytest.mark.parametrize("secret", [None, ""])
def test_webhook_mode_needs_a_secret(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    monkeypatch.setenv("DESKWIRE_UPDATES", "webhook")
    monkeypatch.setenv("DESKWIRE_PUBLIC_URL", "https://desk.example")
    if secret is not None:
        monkeypatch.setenv("DESKWIRE_WEBHOOK_SECRET", secret)
    assert problems() == ["DESKWIRE_WEBHOOK_SECRET: must be set when DESKWIRE_UPDATES is webhook"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [(None, ""), ("http://desk.example", ', not "http://desk.example"')],
)
def test_webhook_mode_needs_https(
    monkeypatch: pytest.MonkeyPatch, url: str | None, shown: str
) -> None:
    monkeypatch.setenv("DESKWIRE_UPDATES", "webhook")
    monkeypatch.setenv("DESKWIRE_WEBHOOK_SECRET", "secret")
    if url:
        monkeypatch.setenv("DESKWIRE_PUBLIC_URL", url)
    assert problems() == [
        f"DESKWIRE_PUBLIC_URL: must be an https URL when DESKWIRE_UPDATES is webhook{shown}"
    ]


@pytest.mark.parametrize(
    ("variables", "on"),
    [({}, True), ({"PLAYGROUND": "off"}, False), ({"TELEGRAM_TOKEN": TOKEN}, False)],
)
def test_the_playground_opens_only_without_a_messenger(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], on: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"DESKWIRE_{name}", value)
    assert config.load().playground_on is on


def test_settings_show_no_secret_and_know_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "TELEGRAM_TOKEN": TOKEN,
        "MAX_TOKEN": "max-token-1",
        "API_KEY": "api-key-12345",
        "WEBHOOK_SECRET": "webhook-secret",
        "METRICS_TOKEN": "metrics-token",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(f"DESKWIRE_{name}", value)
    settings = config.load()
    assert set(settings.secrets()) == set(secrets.values())
    assert not any(secret in repr(settings) for secret in secrets.values())
