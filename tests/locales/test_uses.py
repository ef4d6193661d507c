"""The code asks for no words that are not there."""

from tests.locales.reading import texts, uses_in, uses_in_code, words


def test_every_text_that_the_code_names_is_there_and_takes_what_it_is_given() -> None:
    english, labels = texts("en"), words("en")["labels"]
    wrong = []
    for use in uses_in_code():
        if use.function == "label":
            fits = use.name in labels
        else:
            text = english.get(use.name)
            fits = text is not None and (
                use.values is None or text.required <= use.values <= set(text.parameters)
            )
        if not fits:
            wrong.append(use)
    assert wrong == []


def test_uses_of_texts_are_found_in_code() -> None:
    source = """
render("consent", locale, project=1)
locales.render_plain("a" if x else "b", locale, **more)
said.reply(tx, ticket, "card", name=2)
notify_customer(tx, s, t, "created", reply_to=1, buttons="x", number=3)
message.reply("hello")
render(name, locale)
"""
    found = [(use.name, use.values) for use in uses_in(source, "here")]
    assert found == [
        ("consent", {"project"}),
        ("a", None),
        ("b", None),
        ("card", {"name"}),
        ("created", {"number"}),
    ]
