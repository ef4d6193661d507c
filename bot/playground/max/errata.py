"""Where the published schema and MAX as it is disagree: corrections, each with its witness.

The schema's file stays as published; what is checked is the schema with these corrections.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..stand_in.checks import Json

STRING: Json = {"type": "string", "nullable": True}
INTEGER: Json = {"type": "integer", "format": "int64"}
COMMANDS: Json = {
    "type": "array",
    "items": {"$ref": "#/components/schemas/BotCommand"},
    "maxItems": 32,  # as where they are changed together with the name
}
# Samples of updates name the one it is about once more, beside `user`.
UPDATES_WITH_USER_ID = (
    "BotAddedToChatUpdate",
    "BotRemovedFromChatUpdate",
    "BotStartedUpdate",
    "ChatTitleChangedUpdate",
    "UserAddedToChatUpdate",
    "UserRemovedFromChatUpdate",
)


def correct(document: Json) -> None:
    """Corrects the parsed schema in place."""
    schemas: Json = document["components"]["schemas"]
    # "dialog" is in every sample of a private chat, "channel" in the description of Chat.type.
    schemas["ChatType"]["enum"] = ["chat", "channel", "dialog"]
    # The one field that is required and not declared at all.
    schemas["MessageBody"]["required"].remove("link")
    # Described as nullable in words: "Может быть null, если сообщение содержит только пересланное".
    schemas["Message"]["properties"]["body"]["nullable"] = True
    # A parameter object where its schema belongs.
    schemas["UserIdsList"]["properties"]["user_ids"] = {
        "type": "array",
        "uniqueItems": True,
        "maxItems": 100,
        "items": INTEGER,
    }
    # Samples of updates show users with their pictures.
    schemas["User"]["properties"] |= {"avatar_url": STRING, "full_avatar_url": STRING}
    for name in UPDATES_WITH_USER_ID:
        _own(schemas[name])["properties"]["user_id"] = INTEGER
    # "Может быть null, если пользователь покинул чат сам", and left out of the type.
    _own(schemas["UserRemovedFromChatUpdate"])["properties"]["admin_id"]["nullable"] = True
    # Voice messages were seen to come as updates without their message, and presses too.
    _optional(schemas["MessageCreatedUpdate"], ["message"])
    _optional(schemas["MessageCallbackUpdate"], ["message"])
    # Every client sends `intent`, and the schema still has its type.
    _own(schemas["CallbackButton"])["properties"]["intent"] = {
        "$ref": "#/components/schemas/Intent"
    }
    _add_profile(document["paths"], schemas)


def _own(schema: Json) -> Json:
    """The part of an inheriting schema that is its own."""
    own: Json = schema["allOf"][-1]
    return own


def _optional(schema: Json, names: Iterable[str]) -> None:
    own = _own(schema)
    own["required"] = [name for name in own["required"] if name not in names]


def _add_profile(paths: Json, schemas: Json) -> None:
    """Calls that the official clients make and the schema has the types of, but no paths."""
    schemas["CommandsList"] = {"properties": {"commands": COMMANDS}, "required": ["commands"]}
    paths["/me"]["patch"] = _json_call("editMyInfo", "BotPatch", "BotInfo")
    paths["/me/commands"] = {"patch": _json_call("editMyCommands", "CommandsList", "CommandsList")}


def _json_call(operation: str, takes: str, gives: str) -> Json:
    def content(name: str) -> Json:
        return {
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        }

    return {
        "operationId": operation,
        "requestBody": content(takes),
        "responses": {"200": content(gives)},
    }
