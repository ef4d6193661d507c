"""What every start sees to: a project, with the key and the chat of the configuration."""

from dataclasses import dataclass

from storage import agent_chats, api_keys, projects
from storage.model import Chat, Project
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class NewProject:
    """The first project, made where there is none yet."""

    name: str
    description: str
    slug: str
    locale: str


def prepare(
    tx: Transaction, new: NewProject, *, api_key: str | None, agent_chat: Chat | None
) -> tuple[Project, str | None]:
    """The first project, and the API key that was made for it, which cannot be had again.

    `api_key` is added at every start; a key is made only with the project, where none is given.
    Raises Conflict where the key or the chat belongs to another project.
    """
    known = projects.listing(tx)
    made_key = None
    if known:
        project = known[0]
    else:
        project = projects.create(
            tx, slug=new.slug, name=new.name, description=new.description, locale=new.locale
        )
        if api_key is None:
            _, made_key = api_keys.create(tx, project.id)
    if api_key is not None:
        api_keys.add(tx, project.id, api_key)
    if agent_chat is not None:
        project = agent_chats.link(tx, project.id, agent_chat)
    return project, made_key
