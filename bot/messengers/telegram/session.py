"""How calls of the Bot API go over the line: as JSON, and an answer read in one go.

aiogram writes each call as a form, with every field a JSON text of its own, which takes four times
as long. Files need a form.
"""

from http import HTTPStatus
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientSession, DummyCookieJar, FormData, JsonPayload
from pydantic import ValidationError


class Session(AiohttpSession):
    async def create_session(self) -> ClientSession:
        """Without cookies: there are none, and to look for them takes a tenth of a call's time."""
        if self._should_reset_connector or self._session is None or self._session.closed:
            await self.close()
            connector = self._connector_type(**self._connector_init)
            self._session = ClientSession(connector=connector, cookie_jar=DummyCookieJar())
            self._should_reset_connector = False
        return self._session

    def build_form_data(  # type: ignore[override] # whatever aiohttp can send
        self, bot: Bot, method: TelegramMethod[TelegramType]
    ) -> FormData | JsonPayload:
        """https://core.telegram.org/bots/api#making-requests"""
        files: dict[str, Any] = {}
        values = {
            name: value
            for name, given in method.model_dump(exclude_none=True, warnings=False).items()
            if (value := self.prepare_value(given, bot, files, _dumps_json=False)) is not None
        }
        return super().build_form_data(bot, method) if files else JsonPayload(values)

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """What is no good answer is left to aiogram, which knows what each means."""
        if status_code == HTTPStatus.OK:
            answer: type[Response[Any]] = Response[method.__returning__]  # type: ignore[name-defined]
            try:
                response = answer.model_validate_json(content, context={"bot": bot})
            except ValidationError:
                pass
            else:
                if response.ok:
                    return response
        return super().check_response(bot, method, status_code, content)
