"""A callback's id as aiogram gets it: with the chat of its button, whose answers are paced."""


def pack(chat_id: int, callback_id: str) -> str:
    return f"{chat_id}:{callback_id}"


def unpack(query_id: str) -> tuple[int, str]:
    """Chat and MAX's own id; chat 0 where none was packed, as MAX did not tell it."""
    chat_id, colon, callback_id = query_id.partition(":")
    if colon and chat_id.removeprefix("-").isdecimal():
        return int(chat_id), callback_id
    return 0, query_id
