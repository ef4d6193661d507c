"""A value that the rest of the desk could not work with is refused here, by its variable's name."""

from pathlib import Path

import pytest

import config
from config.values import AgentChat, Window


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("AGENT_CHAT", "telegram:9223372036854775808", "must be telegram:<chat id> or "),
        ("AGENT_CHAT", f"max:-{'9' * 19}", "must be telegram:<chat id> or "),
        ("TELEGRAM_LIMITS", "all:9223372036854775808/1s", "must be windows of "),
        ("MAX_LIMITS", "chat:1000000000/1s", "must be windows of "),
        ("TELEGRAM_LIMITS", "all:30/721h", "must name no time above 720h"),
        ("MAX_LIMITS", f"all:30/{'9' * 400}h", "must name no time above 720h"),
        ("WEBHOOK_RETRY_SCHEDULE", "5s,43201m", "must name no time above 720h"),
        ("WEBHOOK_RETRY_SCHEDULE", "99999999999999h", "must name no time above 720h"),
        ("WEBHOOK_RETRY_SCHEDULE", f"{'9' * 400}ms", "must name no time above 720h"),
        ("DATABASE", ":memory:", "must be the path of a file "),
        ("DATABASE", "./:memory:", "must be the path of a file "),
    ],
)
def test_a_value_out_of_bounds_stops_the_start_with_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, wanted: str
) -> None:
    monkeypatch.setenv(f"DESKWIRE_{name}", value)
    with pytest.raises(config.ConfigError) as caught:
        config.load()
    (line,) = str(caught.value).split("\n")
    assert line.startswith(f"DESKWIRE_{name}: {wanted}")
    assert line.endswith(f', not "{value}"')


def test_what_is_at_its_bound_is_taken(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("DESKWIRE_AGENT_CHAT", f"max:-{'9' * 18}")
    monkeypatch.setenv("DESKWIRE_MAX_LIMITS", "all:999999999/720h")
    monkeypatch.setenv("DESKWIRE_WEBHOOK_RETRY_SCHEDULE", "43200m,720h")
    monkeypatch.setenv("DESKWIRE_DATABASE", str(folder / ":memory:"))
    settings = config.load()
    assert settings.agent_chat == AgentChat("max", 1 - 10**18)
    assert settings.max_limits == {"all": Window(999_999_999, 30 * 24 * 3600)}
    assert list(settings.webhook_retry_schedule) == [30 * 24 * 3600] * 2
    assert settings.database == folder / ":memory:"  # a file, since it is told where
