"""Every variable of the installation: its name, its default and what it must look like.

docs/configuration.md explains each to people; `config.load` turns what is wrong into words.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from config import values

PREFIX = "DESKWIRE_"


def _shaped(pattern: str, wanted: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"must be {wanted}")
        return text

    return check


def _secret(pattern: str, wanted: str) -> PlainValidator:
    check = _shaped(pattern, wanted)
    return PlainValidator(lambda text: SecretStr(check(text)))


# aiogram refuses a token that has no number, no colon or any space.
TelegramToken = Annotated[SecretStr, _secret(r"\d+:[!-~]+", "the token that BotFather gave")]
Token = Annotated[SecretStr, _secret(r"[!-~]+", "letters, digits and signs without a space")]
ApiKey = Annotated[SecretStr, _secret(r"[!-~]{1,200}", "1 to 200 characters without a space")]
# What core.telegram.org/bots/api#setwebhook and dev.max.ru/docs-api/methods/POST/subscriptions take
WebhookSecret = Annotated[
    SecretStr, _secret(r"[A-Za-z0-9_-]{5,256}", "5 to 256 characters of A-Z, a-z, 0-9, _ and -")
]
# `help_<slug>` is the payload of the project's deeplink: 64 characters at most.
Slug = Annotated[
    str,
    AfterValidator(_shaped(r"[A-Za-z0-9_-]{1,59}", "1 to 59 characters of A-Z, a-z, 0-9, _ and -")),
]
ProjectName = Annotated[str, AfterValidator(_shaped(r".{1,128}", "1 to 128 characters on a line"))]
Url = Annotated[str, PlainValidator(values.base_url)]
Windows = Annotated[Mapping[values.Scope, values.Window], PlainValidator(values.windows)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)]


def secret(value: SecretStr | None) -> str | None:
    """What a secret is, for those who need it itself."""
    return None if value is None else value.get_secret_value()


class Settings(BaseSettings):
    """The configuration, parsed; a secret shows itself only when asked by name."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        enable_decoding=False,
        str_strip_whitespace=True,
        validate_default=False,
        frozen=True,
        hide_input_in_errors=True,
        extra="ignore",
    )

    database: Annotated[Path, PlainValidator(values.file_path)] = Path("deskwire.db")
    host: Annotated[str, PlainValidator(values.host)] = "127.0.0.1"
    port: Annotated[int, PlainValidator(values.whole_number(0, 65535))] = 8080

    telegram_token: TelegramToken | None = None
    telegram_api_url: Url = "https://api.telegram.org"
    max_token: Token | None = None
    max_api_url: Url = "https://platform-api2.max.ru"

    updates: Literal["polling", "webhook"] = "polling"
    public_url: Annotated[Url | None, Field(validate_default=True)] = None
    webhook_secret: Annotated[WebhookSecret | None, Field(validate_default=True)] = None

    api_key: ApiKey | None = None
    project_name: ProjectName = "My project"
    project_description: str = ""
    project_slug: Slug = "main"
    agent_chat: Annotated[values.AgentChat, PlainValidator(values.agent_chat)] | None = None
    locale: Literal["en", "ru"] = "en"

    rate_limit: Annotated[int, PlainValidator(values.whole_number(0))] = 300
    webhook_allow_private: bool = False
    webhook_retry_schedule: Annotated[tuple[float, ...], PlainValidator(values.retry_schedule)] = (
        values.retry_schedule("5s,5m,30m,2h,5h,10h,10h")
    )
    telegram_limits: Windows = values.windows("all:30/1s,chat:3/3s,group:20/60s")
    max_limits: Windows = values.windows("all:30/1s,chat:2/1s")

    playground: Literal["auto", "off"] = "auto"
    backup_dir: Annotated[Path, PlainValidator(values.folder)] | None = None
    backup_keep: Annotated[int, PlainValidator(values.whole_number(1))] = 14
    metrics_token: Token | None = None
    trusted_proxies: Annotated[tuple[values.Network, ...], PlainValidator(values.networks)] = ()
    log_level: LogLevel = "info"
    log_format: Literal["console", "json"] = "console"

    @field_validator("public_url")
    @classmethod
    def _webhooks_come_over_https(cls, url: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("updates") == "webhook" and not (url or "").startswith("https://"):
            raise ValueError("must be an https URL when DESKWIRE_UPDATES is webhook")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _webhooks_are_guarded(
        cls, secret: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if info.data.get("updates") == "webhook" and secret is None:
            raise ValueError("must be set when DESKWIRE_UPDATES is webhook")
        return secret

    @property
    def playground_on(self) -> bool:
        """Whether stand-ins take the messengers' place: nothing forbids it, no token is set."""
        return self.playground == "auto" and not (self.telegram_token or self.max_token)

    @property
    def database_file(self) -> Path:
        """The file in use: the playground keeps to its own."""
        return Path("playground.db") if self.playground_on else self.database

    @property
    def own_url(self) -> str | None:
        """Where this machine finds the server; None where it takes any free port."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 (compared)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}" if self.port else None

    @property
    def first_project(self) -> tuple[str, str, str, str]:
        """Name, description, slug and language of the project that the first start makes."""
        return self.project_name, self.project_description, self.project_slug, self.locale

    def secrets(self) -> Iterator[str]:
        """What must never be shown."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                yield value.get_secret_value()
