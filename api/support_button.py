"""The support button's script, put together from its parts: code, looks, and words.

The parts are readable in `page/`; what is served is without their comments and indentation.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

import locales

_STRING = re.compile(r"""("[^"\n]*"|`[^`]*`)""")


class Script(NamedTuple):
    body: bytes
    etag: str


def script(folder: Path) -> Script:
    """The script as it is served."""
    looks = re.sub(r"/\*.*?\*/", "", (folder / "support.css").read_text(), flags=re.DOTALL)
    words = [locales.words("support_button", each) for each in locales.LOCALES]
    put_in = {
        '"LOOKS"': _literal(_tight(looks)),
        '"LOCALES"': _literal(locales.LOCALES),
        '"WORDS"': _literal({name: [each[name] for each in words] for name in words[0]}),
    }
    code = re.sub(r"^ *//.*", "", (folder / "support.js").read_text(), flags=re.MULTILINE)
    parts = [put_in.get(part, part) for part in _STRING.split(code)]
    parts[::2] = [re.sub(r"\s*([-!+*()\[\]])\s*", r"\1", _tight(part)) for part in parts[::2]]
    body = "".join(parts).encode()
    return Script(body, hashlib.sha256(body).hexdigest()[:32])


def _tight(text: str) -> str:
    """Without the spaces that mean nothing, in CSS and in JavaScript alike."""
    return re.sub(r"\s*([{};,:=<>?&|])\s*", r"\1", text).replace(";}", "}").strip("\n")


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
