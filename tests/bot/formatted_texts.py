"""Texts with entities to test with, and what the entities say of every character."""

from hypothesis import strategies as st

from bot.formatting import Entity

FAMILY = "👨‍👩‍👧"
LINK = 'https://example.com/?a=1&b="<2>"'
KINDS = (
    "blockquote",
    "expandable_blockquote",
    "pre",
    "code",
    "text_link",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
)


def entity(kind: str, offset: int, length: int, **more: str) -> Entity:
    if kind == "text_link":
        more.setdefault("url", LINK)
    return {"type": kind, "offset": offset, "length": length, **more}


letters = st.sampled_from("ab.<>&\"' \n\té😀\u200d👩\ufe0f") | st.sampled_from([FAMILY, "🇷🇺"])
texts = st.lists(letters, max_size=40).map("".join)


@st.composite
def formatted(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    text = draw(texts)
    places = list(starts(text).values())
    entities = []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=6)):
        start, end = sorted(draw(st.tuples(st.sampled_from(places), st.sampled_from(places))))
        if start < end:
            entities.append(entity(kind, start, end - start))
    return text, entities


def starts(text: str) -> dict[int, int]:
    """UTF-16 offset of every character, by its index; of the end too."""
    return {index: len(text[:index].encode("utf-16-le")) // 2 for index in range(len(text) + 1)}


def holding(text: str, entities: list[Entity]) -> list[tuple[str, frozenset[str]]]:
    """Every character with the kinds of entities that lie over it."""
    at = starts(text)
    return [
        (
            sign,
            frozenset(
                str(one["type"])
                for one in entities
                if one["offset"] <= at[index] < one["offset"] + one["length"]
            ),
        )
        for index, sign in enumerate(text)
    ]
