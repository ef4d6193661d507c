"""Texts are in the customer's language, and numbers have its plural forms."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.acme import CONSENT, MENU, Acme, labels_of
from tests.e2e.companies import Companies
from tests.e2e.vocabulary import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUSSIAN_CONSENT = ["Подписаться", "Отмена"]
RUSSIAN_MENU = ["Создать обращение", "Открытые обращения", "Отписаться"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def companies(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Companies]:
    """The project's language is Russian, and its description longer than any message."""
    folder, description = tmp_path_factory.mktemp("language"), "Чиним <всё> & даже 👞. " * 300
    async with Companies(folder, locale="ru", project_description=description) as running:
        yield running


async def listed(acme: Acme, person: Person) -> str:
    menu = await acme.answer(acme.open(person))
    return (await acme.press(menu, menu.labels[-2])).text


@pytest.mark.parametrize("language", ["ru", "ru-RU", None, "xx"])
async def test_russian_is_for_who_reads_it_and_where_the_messenger_tells_nothing_we_have(
    acme: Acme, language: str | None
) -> None:
    ivan = acme.stranger("Иван", language=language)
    screen = await acme.answer(acme.open(ivan))
    assert screen.text.startswith("Acme\nЧиним <всё> & даже 👞.")
    assert labels_of(screen) == RUSSIAN_CONSENT
    await acme.press(screen, "Подписаться")
    assert labels_of(screen) == RUSSIAN_MENU


@pytest.mark.parametrize("language", ["en", "en-GB"])
async def test_english_is_for_who_reads_it_in_a_russian_project_too(
    acme: Acme, language: str
) -> None:
    ann = acme.stranger("Ann", language=language)
    screen = await acme.answer(acme.open(ann))
    assert labels_of(screen) == list(CONSENT)
    await acme.press(screen, "Subscribe")
    assert labels_of(screen) == list(MENU)


async def test_everything_a_russian_customer_meets_is_russian(acme: Acme) -> None:
    ivan = acme.stranger("Иван", language="ru")
    await acme.consent(ivan)
    menu = await acme.answer(acme.open(ivan))
    async with acme.types("Доставка"):
        await acme.press(menu, "Создать обращение")
        assert labels_of(menu) == ["Доставка", "Пропустить", "Назад", "Отмена"]
        await acme.press(menu, "Пропустить")
    said = ivan.say("Ботинки порвались")
    number = await acme.number_told(said)
    await acme.answer(said, f"Спасибо, ваше обращение — #{number}")
    await acme.answer(ivan.say("Левый"), f"Добавлено в обращение #{number}")
    acme.messenger.inject(acme.side.update(acme.side.unknown(ivan)))
    await acme.sees(ivan, "Передать это я не могу (сообщение незнакомого вида)")
    await acme.answers(number, "Пришлите фото")
    await acme.sees(ivan, f"#{number} · Bob:\nПришлите фото")
    await acme.close(number)
    asked = await acme.sees(ivan, f"Обращение #{number} закрыто")
    assert labels_of(asked)[-1] == "Открыть снова"
    await acme.press(asked, "5")
    assert "5 из 5. Спасибо!" in asked.text
    await acme.answer(ivan.say("/stop"), "Вы отписались от сообщений: Acme")


async def test_notices_are_in_the_customers_language_and_the_card_in_the_projects(
    acme: Acme,
) -> None:
    ann = acme.stranger("Ann", language="en")
    await acme.consent(ann)
    said = ann.say("Shoes broke")
    number = await acme.number_told(said)
    await acme.answer(said, f"Thank you, this is ticket #{number}")
    card = await acme.agents_see(number, "Shoes broke")
    assert "Статус: новое" in card.text
    assert labels_of(card) == ["Взять", "Закрыть", "Приоритет"]
    await acme.close(number)
    await acme.sees(ann, f"Ticket #{number} is closed", "Reopen")


async def test_what_a_back_end_causes_is_in_the_language_that_the_customer_told(
    acme: Acme,
) -> None:
    ann = acme.stranger("Ann", language="en")
    await acme.consent(ann)
    number = (await acme.back_end_ticket(ann, "Made by the shop"))["ticket_number"]
    await acme.sees(ann, f"Thank you, this is ticket #{number}")


async def test_another_language_holds_from_the_next_message_on(acme: Acme) -> None:
    ann = acme.stranger("Ann", language="ru")
    await acme.consent(ann)
    await acme.answer(ann.say("Shoes broke"), "Спасибо, ваше обращение")
    ann.language = "en"
    await acme.answer(ann.say("The left one"), "Added to ticket")


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (
            "ru",
            {
                1: "У вас 1 открытое обращение.",
                2: "У вас 2 открытых обращения.",
                5: "У вас 5 открытых обращений.",
                11: "У вас 11 открытых обращений.",
                21: "У вас 21 открытое обращение.",
            },
        ),
        ("en", {1: "You have 1 open ticket.", 2: "You have 2 open tickets."}),
    ],
)
async def test_numbers_have_their_plural_forms(
    acme: Acme, language: str, forms: dict[int, str]
) -> None:
    ann = acme.stranger("Ann", language=language)
    await acme.consent(ann)
    for count in range(1, max(forms) + 1):
        ticket = await acme.back_end_ticket(ann, "?")
        if count in forms:
            await acme.sees(ann, f"#{ticket['ticket_number']}.")
            assert forms[count] in await listed(acme, ann)
