"""What customers send reaches the agents whole: edits beside the original, every kind of media."""

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from tests.e2e.acme import Acme, data_of, in_each, only_telegram
from tests.e2e.desk import API_KEY
from tests.e2e.sides import MAX, TELEGRAM
from tests.e2e.vocabulary import Message, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

Act = Callable[[Person], Message]


async def agents_see_both(acme: Acme, number: int, original: str, edited: str) -> Message:
    """The agents' message that shows the original above the edit."""
    message = await acme.agents_see(number, edited)
    assert message.text.index(original) < message.text.rindex(edited)
    return message


async def said_now(acme: Acme, number: int, place: int) -> Any:
    """A message of the ticket as the API tells it."""
    return (await acme.ticket(number))["messages"][place]


async def test_edit_of_the_first_message_shows_on_the_card_below_the_original(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("My <shoes> broke")
    number = await acme.number_told(said)
    await acme.agents_see(number, "My <shoes> broke")
    ann.edit(said, "My left <shoe> & lace broke")
    card = await agents_see_both(acme, number, "My <shoes> broke", "My left <shoe> & lace broke")
    assert "Take" in str(card.labels)
    message = await said_now(acme, number, 0)
    assert message["text"] == "My left <shoe> & lace broke"
    assert message["edited_at"] is not None


async def test_edit_of_a_later_message_shows_in_place_below_the_original(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("My shoes broke"))
    said = ann.say("The left one")
    await acme.number_told(said)
    await acme.agents_see(number, "The left one")
    ann.edit(said, "The right one")
    message = await agents_see_both(acme, number, "The left one", "The right one")
    ann.edit(said, "Both of them")
    await acme.messenger.until(lambda: "Both of them" in message.text)
    assert "The left one" in message.text


async def test_edit_of_a_caption_shows_at_the_picture(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("My shoes broke"))
    said = ann.send_photo(b"picture", "The left one")
    await acme.number_told(said)
    await acme.agents_see(number, "The left one")
    ann.edit(said, "The right one")
    message = await agents_see_both(acme, number, "The left one", "The right one")
    assert message.kind == "photo"


async def test_edit_of_an_albums_caption_shows_at_the_album(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("My shoes broke"))
    album = ann.send_album([b"one", b"two"], "The left one")
    await acme.number_told(album[0])
    await acme.agents_see(number, "The left one")
    ann.edit(album[0], "The right one")
    await agents_see_both(acme, number, "The left one", "The right one")


@pytest.mark.parametrize("parts", [1, 3], ids=["single", "album"])
async def test_a_file_put_in_the_place_of_another_reaches_the_agents_beside_the_original(
    acme: Acme, parts: int
) -> None:
    ann, vera = await acme.subscriber(), acme.stranger("Vera")
    number = await acme.number_told(ann.say("My shoes broke"))
    sent = ann.send_album([b"left"] * parts, "The shoe") if parts > 1 else [ann.send_photo(b"left")]
    await acme.number_told(sent[0])
    update = acme.side.with_another_file(sent[-1], vera.send_photo(b"the right one"))
    acme.messenger.inject(update)
    acme.messenger.inject(update)
    await acme.agents_get(number, *[b"left"] * parts, b"the right one")
    assert await acme.number_told(ann.say("Now it is the right one")) == number
    await acme.agents_see(number, "Now it is the right one")
    assert data_of(acme.shown(number)) == [b"left"] * parts + [b"the right one"]
    messages = (await acme.ticket(number))["messages"]
    assert [len(message["attachments"]) for message in messages] == [0, parts, 1, 0]


async def test_edit_without_room_beside_the_original_comes_as_a_reply_to_it(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("My shoes broke"))
    words = (acme.side.text_limit - 96) // 4
    said = ann.say("old " * words)
    await acme.number_told(said)
    copy = await acme.agents_see(number, "old old")
    ann.edit(said, "new " * words)
    edit = await acme.agents_see(number, "new new")
    assert edit.reply_to is copy
    assert "old old" in copy.text


async def test_edit_is_no_message_of_its_own(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("My shoes broke")
    number = await acme.number_told(said)
    before = len([m for m in ann.chat.messages if m.from_bot])
    ann.edit(said, "My left shoe broke")
    await acme.agents_see(number, "My left shoe broke")
    assert await acme.texts(number) == ["My left shoe broke"]
    assert len([m for m in ann.chat.messages if m.from_bot]) == before


async def test_edit_in_a_closed_ticket_reaches_the_agents_and_leaves_it_closed(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("My shoes broke")
    number = await acme.number_told(said)
    await acme.close(number)
    ann.edit(said, "My left shoe broke")
    await agents_see_both(acme, number, "My shoes broke", "My left shoe broke")
    assert (await acme.ticket(number))["status"] == "closed"


MEDIA: dict[str, Callable[[Any], Message]] = {
    "photo": lambda ann: ann.send_photo(b"jpeg", "A <caption> & more"),
    "video": lambda ann: ann.send_video(b"mp4", "A <caption> & more"),
    "animation": lambda ann: ann.send_animation(b"gif", "A <caption> & more"),
    "audio": lambda ann: ann.send_audio(b"mp3", "A <caption> & more", name="song.mp3"),
    "voice": lambda ann: ann.send_voice(b"ogg"),
    "voice with words": lambda ann: ann.send_voice(b"ogg", "A <caption> & more"),
    "document": lambda ann: ann.send_document(b"pdf", "A <caption> & more", name="bill <1>.pdf"),
    "video_note": lambda ann: ann.send_video_note(b"round"),
    "sticker": lambda ann: ann.send_sticker(b"webp"),
}


UNTOLD = {
    TELEGRAM: {"photo": {"file_name"}},
    MAX: {kind: {"file_name", "size"} for kind in MEDIA if kind != "document"},
}
"""What the messenger does not tell of a file."""


@pytest.mark.parametrize(
    ("acme", "what"),
    in_each(MEDIA, telegram=["animation", "voice with words", "video_note"]),
    indirect=["acme"],
)
async def test_every_kind_of_media_reaches_the_agents_and_the_api(acme: Acme, what: str) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("I send you something"))
    said = MEDIA[what](ann)
    assert await acme.number_told(said) == number
    (sent,) = said.files
    (copy,) = await acme.agents_get(number, sent.data)
    assert copy.kind == acme.side.passed_on(said.kind)
    assert copy.text.endswith(said.text)
    message = await said_now(acme, number, 1)
    (file,) = message["attachments"]
    assert (message["text"], file["kind"]) == (said.text, said.kind)
    known = {"file_name": sent.name, "size": len(sent.data)}
    known |= dict.fromkeys(UNTOLD[acme.channel].get(what, ()))
    assert {name: file[name] for name in known} == known
    assert await download(acme, file["id"]) == sent.data


async def download(acme: Acme, attachment_id: str) -> bytes:
    url = f"{acme.desk.url}/v1/helpdesk/attachments/{attachment_id}"
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with aiohttp.ClientSession(headers=headers) as http, http.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda ann: ann.send_location(52.52, 13.4), "52.52, 13.4"),
        (lambda ann: ann.send_contact("49123", "Max <M>"), "Max <M> 49123"),
    ],
    ids=["location", "contact"],
)
async def test_places_and_contacts_reach_the_agents_as_text(
    acme: Acme, act: Act, words: str
) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("I send you something"))
    assert await acme.number_told(act(ann)) == number
    await acme.agents_see(number, words)
    assert words in (await acme.texts(number))[1]


async def test_formatting_of_the_customer_reaches_the_agents(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Hello"))
    bold = acme.side.bold(3, 4)
    await acme.number_told(ann.say("😀 very <important>", entities=[bold]))
    copy = await acme.agents_see(number, "very <important>")
    assert copy.html == "😀 <b>very</b> &lt;important&gt;"


@only_telegram
@pytest.mark.parametrize(
    ("act", "kind", "words"),
    [
        (
            lambda ann: ann.send_poll("Tea <or> coffee?", ["tea", "both"]),
            "poll",
            "Tea <or> coffee?",
        ),
        (lambda ann: ann.send_dice("🎲", 5), "dice", "🎲 5"),
    ],
    ids=["poll", "dice"],
)
async def test_unsupported_kinds_get_a_placeholder_at_the_agents_and_a_word_to_the_customer(
    acme: Acme, act: Callable[[Any], Message], kind: str, words: str
) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("I send you something"))
    said = act(ann)
    await acme.answer(said, f"I can't pass this on ({kind})")
    placeholder = await acme.agents_see(number, f"[{kind}]")
    assert words in placeholder.text
    assert (await acme.texts(number))[1] == f"[{kind}] {words}"


@only_telegram
async def test_a_game_gets_a_placeholder_with_its_name(acme: Acme) -> None:
    ann = await acme.subscriber()
    said = ann.say("I send you something")
    number = await acme.number_told(said)
    game = {"title": "Go <9x9>", "description": "", "photo": []}
    update = {**said.to_api(), "message_id": said.id + 100_000, "game": game}
    del update["text"]
    acme.messenger.inject({"message": update})
    await acme.agents_see(number, "[game] Go <9x9>")
    await acme.sees(ann, "I can't pass this on (game)")


async def test_a_kind_that_is_yet_to_come_gets_a_placeholder_too(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("I send you something"))
    acme.messenger.inject(acme.side.update(acme.side.unknown(ann)))
    await acme.agents_see(number, "[message of an unknown kind]")
    await acme.sees(ann, "I can't pass this on (message of an unknown kind)")


async def test_a_forwarded_message_is_passed_on_as_its_content(acme: Acme) -> None:
    ann = await acme.subscriber()
    number = await acme.number_told(ann.say("Look what they wrote"))
    vera = acme.stranger("Vera")
    words = vera.say("A letter <to> Ann")
    assert await acme.number_told(ann.forward(words)) == number
    await acme.agents_see(number, "A letter <to> Ann")
