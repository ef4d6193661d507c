"""Which words of the command line make which command of `config.commands`, or none: then serve.

What is wrong is said in one line.
"""

from typing import Any, cast

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    CliApp,
    CliSettingsSource,
    CliSubCommand,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    get_subcommand,
)

from config.commands import Backup, Command, Connect, Doctor, Group, Key, Project
from config.wording import wanted

_KINDS = {"str": "TEXT", "bool": "true|false", "list[str]": "ORIGIN,..."}
_NO_DEFAULT = (" (default: None)", " (default: )")


class UsageError(Exception):
    """The command line makes no sense; the text is one line that says why."""

    def __str__(self) -> str:
        return f"{super().__str__()} (--help explains)"


class CommandLine(BaseSettings):
    """Deskwire, a helpdesk for small teams: serves, or does what a command says beside it."""

    model_config = SettingsConfigDict(
        cli_prog_name="run.py",
        cli_kebab_case=True,
        cli_avoid_json=True,
        cli_enforce_required=True,
        cli_hide_none_type=True,
        cli_exit_on_error=False,
        case_sensitive=True,
    )

    project: CliSubCommand[Project] = Field(description="make, list, show and change projects")
    key: CliSubCommand[Key] = Field(description="make, list and revoke API keys")
    connect: CliSubCommand[Connect] = Field(description="link the group of a project's agents")
    backup: CliSubCommand[Backup] = Field(description="copy the database to a file")
    doctor: CliSubCommand[Doctor] = Field(description="check this installation")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A command comes from the command line alone, never from a variable of the same name."""
        return (init_settings,)


def parse(arguments: list[str]) -> Command | None:
    """The command in `arguments`, None to serve.

    Raises UsageError, and SystemExit once it has printed the help that was asked for.
    """
    try:
        source = CliSettingsSource[Any](CommandLine, add_argument_method=_add_argument)
        line = CliApp.run(CommandLine, arguments, cli_settings_source=source)
    except SettingsError as error:
        raise UsageError(str(error).removeprefix("error parsing CLI: ")) from None
    except ValidationError as error:
        raise UsageError("; ".join(map(_wrong, error.errors()))) from None
    command = get_subcommand(line, is_required=False)
    if isinstance(command, Group):
        group = command
        command = get_subcommand(group, is_required=False)
        if command is None:
            raise UsageError(f"name what to do: {', '.join(type(group).model_fields)}")
    return cast(Command | None, command)


def _wrong(details: ErrorDetails) -> str:
    named = [part for part in details["loc"] if isinstance(part, str)]
    return f"{named[-1].replace('_', '-')}: {wanted(details)}"


def _add_argument(parser: Any, *names: str, **options: Any) -> Any:
    """Says what a value is in people's words, and no default where there is none."""
    for ending in _NO_DEFAULT:
        options["help"] = options["help"].removesuffix(ending)
    if "metavar" in options:
        options["metavar"] = _KINDS.get(options["metavar"], options["metavar"])
    return parser.add_argument(*names, **options)
