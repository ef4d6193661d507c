"""MAX: its bot, its limits, its abilities; https://dev.max.ru/docs-api.

To the rest of the desk it is an aiogram bot: `session` translates what goes out, `updates` what
comes in. Nobody outside this folder knows how MAX calls anything.
"""

from bot.messengers import Capabilities, Messenger
from bot.messengers.max.downloads import LIMIT
from bot.messengers.max.feed import MaxFeed
from bot.messengers.max.markup import TEXT_LIMIT
from bot.messengers.max.posting import is_group
from bot.messengers.max.session import MaxBot
from bot.pacing import Limits
from storage.database import Database
from storage.model import Channel

CAPABILITIES = Capabilities(
    topics=False,
    privacy_mode=False,
    text_limit=TEXT_LIMIT,
    # A message's text is the caption of what it carries.
    caption_limit=TEXT_LIMIT,
    # Files and audio have to be a message's only attachment.
    albums={"photo": "picture", "video": "picture"},
    album_limit=10,
    download_limit=LIMIT,
)


def build(token: str, api_url: str, limits: Limits, db: Database) -> Messenger:
    """MAX behind `token` at the base URL `api_url`; `db` keeps its names of messages.

    `limits` hold for sends, edits, deletions and answers each.
    """
    bot = MaxBot(token, api_url, db, limits)
    return Messenger(
        channel=Channel.MAX,
        bot=bot,
        capabilities=CAPABILITIES,
        pace=bot.pace,
        is_group=is_group,
        feed=MaxFeed(bot),
        start_link=lambda username, payload: f"https://max.ru/{username}?start={payload}",
    )
