"""Files of messages over HTTP: streamed from where they are, as downloads and nothing else."""

import mimetypes
import re
from urllib.parse import quote

import structlog
from aiohttp import web

from api.routing import LongCall, Route
from api.stamp import stamp
from storage import messages
from storage.errors import NotFound, Unavailable
from storage.model import Attachment

_MIME_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")
_log = structlog.get_logger(__name__)


async def get_attachment(call: LongCall[None]) -> web.StreamResponse:
    """The file's bytes."""
    attachment = await call.desk.db.read(messages.attachment, call.project_id, call.id())
    chunks = call.desk.files.open(attachment)
    first = await anext(chunks, b"")  # what cannot be had is told before the answer begins
    response = web.StreamResponse(headers=_headers(attachment))
    stamp(call.request, response)
    await response.prepare(call.request)
    try:
        await response.write(first)
        async for chunk in chunks:
            await response.write(chunk)
    except ConnectionError:
        raise
    except Exception as error:  # an answer that has begun can only be broken off
        _log.warning("File broke off", attachment_id=str(attachment.id), exc_info=error)
        if call.request.transport is not None:
            call.request.transport.abort()
    return response


def _headers(attachment: Attachment) -> dict[str, str]:
    """Headers under which no browser shows or runs the file, whatever it is."""
    mime_type = (attachment.mime_type or "").lower()
    if not _MIME_TYPE.fullmatch(mime_type):
        mime_type = "application/octet-stream"
    name = attachment.file_name or attachment.kind + (mimetypes.guess_extension(mime_type) or "")
    return {
        "Content-Type": mime_type,
        "Content-Disposition": _disposition(name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }


def _disposition(file_name: str) -> str:
    """A download under this name: for old clients in ASCII, for all others as RFC 5987 has it."""
    name = _UNFIT.sub("_", file_name)
    ascii_name = name.encode("ascii", "replace").decode().replace('"', "_").replace("?", "_")
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


ROUTES = [
    Route(
        "GET",
        "/v1/helpdesk/attachments/{id}",
        get_attachment,
        errors=(NotFound, Unavailable),
    ),
]
