"""The commands: one model each, with what it takes, what that must be, and its help.

Which words of the command line make which command is `config.command_line`'s; carrying it out is
`run.py`'s, which knows the storage.
"""

import inspect
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, model_validator
from pydantic_settings import CliPositionalArg, CliSubCommand

from config.settings import ProjectName, Slug

_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[a-f0-9]*:[a-f0-9:]+\])(:\d{1,5})?")


class Command(BaseModel):
    """A command; its docstring is its help."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.__doc__ = inspect.cleandoc(cls.__doc__ or "")


class Group(Command):
    """Commands under one word."""


def _origins(given: list[str]) -> list[str]:
    origins = [origin.rstrip("/").lower() for origin in given if origin]
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f'must be origins such as https://shop.example, not "{origin}"')
    return origins


def _key_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("must be an id as `key list` shows it") from None


ProjectArgument = CliPositionalArg[Slug]
ProjectOption = Annotated[Slug, Field(description="slug of the project; `project list` has them")]


class CreateProject(Command):
    """Make another project.

    Its customers, tickets, agents, keys and agents' chat are its own.

    Example:
      run.py project create --name "Second shop" --slug shop
    """

    name: ProjectName = Field(description="what customers see, 1 to 128 characters")
    slug: Slug = Field(description="short name in links: A-Z, a-z, 0-9, _ and -")
    description: str = Field(default="", description="what customers read before they consent")
    locale: Literal["en", "ru"] | None = Field(
        default=None, description="language where none is told; DESKWIRE_LOCALE's by default"
    )


class ListProjects(Command):
    """List all projects: slug, name and agents' chat.

    Example:
      run.py project list
    """


class ShowProject(Command):
    """Show one project with all its settings.

    Example:
      run.py project show main
    """

    slug: ProjectArgument = Field(description="slug of the project")


class SetProject(Command):
    """Change settings of a project; what isn't named stays as it is.

    Examples:
      run.py project set main --locale ru --description "Ask us anything."
      run.py project set main --allowed-origins https://shop.example,https://www.shop.example
      run.py project set main --helpdesk-allow-create false
    """

    slug: ProjectArgument = Field(description="slug of the project")
    name: ProjectName | None = Field(default=None, description="what customers see")
    description: str | None = Field(
        default=None, description="what customers read before they consent"
    )
    locale: Literal["en", "ru"] | None = Field(
        default=None, description="language where a messenger tells none"
    )
    helpdesk_enabled: bool | None = Field(
        default=None, description="whether customers may write at all"
    )
    helpdesk_allow_create: bool | None = Field(
        default=None, description="whether customers may open tickets themselves"
    )
    allowed_origins: Annotated[list[str], AfterValidator(_origins)] | None = Field(
        default=None,
        description="origins of the pages that may show the support button, with commas between;"
        " empty for none",
    )

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if not self.changes():
            raise ValueError("name at least one setting to change")
        return self

    def changes(self) -> dict[str, object]:
        return self.model_dump(exclude={"slug"}, exclude_none=True)


class Project(Group):
    """Make, list, show and change projects."""

    create: CliSubCommand[CreateProject] = Field(description="make another project")
    list: CliSubCommand[ListProjects] = Field(description="list all projects")
    show: CliSubCommand[ShowProject] = Field(description="show one with its settings")
    set: CliSubCommand[SetProject] = Field(description="change its settings")


class CreateKey(Command):
    """Make an API key for a project.

    The key alone goes to standard output, this once: only its hash is kept.

    Example:
      run.py key create --project main
    """

    project: ProjectOption


class ListKeys(Command):
    """List API keys, revoked ones too: id, project, beginning, and when each was made.

    Example:
      run.py key list --project main
    """

    project: ProjectOption | None = Field(default=None, description="of this one alone")


class RevokeKey(Command):
    """Revoke an API key at once and for good.

    Example:
      run.py key revoke 0b9f6c0e-7a43-4d7c-9d5c-0f6f4f1f6a11
    """

    id: CliPositionalArg[Annotated[UUID, PlainValidator(_key_id)]] = Field(
        description="id of the key; `key list` has them"
    )


class Key(Group):
    """Make, list and revoke API keys."""

    create: CliSubCommand[CreateKey] = Field(description="make one, shown once")
    list: CliSubCommand[ListKeys] = Field(description="list them")
    revoke: CliSubCommand[RevokeKey] = Field(description="end one for good")


class Connect(Command):
    """Link the group where a project's agents work.

    Prints a line. Send it to the group, which the bot must be in, as one of its administrators.
    The line works once, for 15 minutes. Without --project it is for the first project.

    Example:
      run.py connect --project main
    """

    project: ProjectOption | None = Field(default=None, description="slug of the project")


class Backup(Command):
    """Copy the database to a new file, also while Deskwire runs.

    The copy is checked, and appears only when it is whole. To restore one, stop Deskwire, put the
    copy in the place of the file that DESKWIRE_DATABASE names, and remove the files beside it whose
    names go on with -wal and -shm. docs/operation.md tells more.

    Example:
      run.py backup deskwire-monday.db
    """

    file: CliPositionalArg[Path] = Field(description="the file to make; it must not exist yet")


class Doctor(Command):
    """Check this installation and say what to do, also while Deskwire runs.

    A line a check: ✓ is well, ! is odd, ✗ is wrong. It looks at configuration, database, disk,
    backups, server, tokens, the way updates come in, the bot's rights in the agents' chats, and
    the clock. It changes nothing. The exit code is 1 where a line begins with ✗.

    Example:
      run.py doctor
    """
