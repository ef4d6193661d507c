"""The customer's language: the messenger's, else the one told before, else the project's."""

from aiogram.types import BotCommand

from bot.app import commands
from bot.playground.telegram import Person, TelegramStandIn
from tests.bot.customer.front import Front


async def menu_of(front: Front, person: Person) -> list[str]:
    person.open("help_main")
    screen = await front.latest(person)
    await person.press(screen, screen.labels[0]).answered()
    return screen.labels


async def test_screens_and_notices_are_in_the_customers_language(
    front: Front, messenger: TelegramStandIn
) -> None:
    olga = messenger.add_person("Olga", language="ru-RU")
    assert await menu_of(front, olga) == ["Создать обращение", "Открытые обращения", "Отписаться"]
    olga.say("Порвались ботинки")
    await front.sees(olga, "ваше обращение — #1")


async def test_language_told_before_holds_where_none_is_told(
    front: Front, messenger: TelegramStandIn
) -> None:
    olga = messenger.add_person("Olga", language="ru")
    before = await menu_of(front, olga)
    olga.language = None
    olga.open()
    assert (await front.latest(olga)).labels == before


async def test_projects_language_holds_where_the_messenger_tells_none_that_ships(
    front: Front, messenger: TelegramStandIn
) -> None:
    await front.set(locale="ru")
    for language in (None, "de"):
        somebody = messenger.add_person("Somebody", language=language)
        assert (await menu_of(front, somebody))[-1] == "Отписаться"
    await front.set(locale="en")
    await front.add_project("shop", "Shop")
    stranger = messenger.add_person("Stranger", language="de")
    stranger.open()
    assert "website" in (await front.latest(stranger)).text


def test_menu_of_commands_has_words_in_every_language() -> None:
    for locale, last in (("en", "Unsubscribe"), ("ru", "Отписаться")):
        made = commands(locale)
        assert [command.command for command in made] == ["start", "help", "stop"]
        assert made[-1] == BotCommand(command="stop", description=last)
