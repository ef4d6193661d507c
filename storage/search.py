"""The words of subjects and messages, and which tickets have them, the newest first.

They are indexed in bulk, which is cheaper than one by one: BULK messages at a time, and what is
left over before somebody searches.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from uuid import UUID

from storage.transaction import Row, Transaction

BULK = 1024
INDEXED = 5
"""Letters of a beginning that FTS5 has an index for: it tells the newest place without a look at
the others. Of a longer one it collects all places first, unless it is told the words themselves."""
MOST_SPELLINGS = 24
"""Words with one beginning that it is told of at most: each takes a look into the index."""
TOKENIZER = "unicode61 remove_diacritics 2"
"""As the index has it."""
SMALL, LARGE = 8, 512
"""Places that are read at once: after a leap, and at most; at least where all are collected."""
_PLAIN = re.compile(r"[A-Za-z0-9А-Яа-я]+")
"""Words that FTS5's tokenizer only turns to lower case."""

# Bits of a rowid below the ticket's number, and of both together below the project's place.
_TICKET = 20
_PROJECT = 28
_BEYOND = 1 << _PROJECT

# A ticket's subject is found with the first of its messages.
_INDEXED = (
    "SELECT (place << 48) + (number << 20) + nth AS rowid,"
    " CASE nth WHEN 0 THEN subject || ' ' || text ELSE text END AS words"
    " FROM (SELECT p.place, t.number, t.subject, m.text, (SELECT count(*) FROM messages e"
    " WHERE e.ticket_id = m.ticket_id AND e.seq < m.seq) AS nth FROM messages m"
    " JOIN tickets t ON t.id = m.ticket_id JOIN search_projects p ON p.project_id = t.project_id"
)

# Of many at once: each with the rowid that its ticket's first message has.
_FRESH = (
    "SELECT m.ticket_id, (p.place << 48) + (t.number << 20), t.subject, m.text FROM messages m"
    " JOIN tickets t ON t.id = m.ticket_id JOIN search_projects p ON p.project_id = t.project_id"
    " WHERE m.seq > :indexed ORDER BY m.seq"
)
_EARLIER = (
    "SELECT ticket_id, count(*) FROM messages WHERE seq <= :indexed"
    " AND ticket_id IN (SELECT ticket_id FROM messages WHERE seq > :indexed) GROUP BY ticket_id"
)


def index(tx: Transaction) -> int:
    """Index the messages that are not yet; how many."""
    row = tx.one("SELECT indexed, (SELECT max(seq) FROM messages) AS last FROM search_progress")
    assert row is not None
    if row["last"] is None or row["last"] <= row["indexed"]:
        return 0
    tx.run(
        "INSERT INTO search_projects (project_id) SELECT DISTINCT t.project_id FROM messages m"
        " JOIN tickets t ON t.id = m.ticket_id WHERE m.seq > :indexed"
        " AND t.project_id NOT IN (SELECT project_id FROM search_projects)",
        indexed=row["indexed"],
    )
    tx.run("UPDATE search_progress SET indexed = :last", last=row["last"])
    said: dict[str, int] = dict(map(tuple, tx.all(_EARLIER, indexed=row["indexed"])))
    words = []
    for ticket, first, subject, text in tx.all(_FRESH, indexed=row["indexed"]):
        nth = said.get(ticket, 0)
        said[ticket] = nth + 1
        words.append((first + nth, _with_plain_e(text if nth else f"{subject} {text}")))
    tx.run_many("INSERT INTO message_words (rowid, words) VALUES (?, ?)", sorted(words))
    return len(words)


def refresh(tx: Transaction, seq: int) -> None:
    """A message says something else now. One that is not indexed yet stays so."""
    row = tx.one(f"{_INDEXED} WHERE m.seq = :seq) AS said", seq=seq)
    if row is not None:
        tx.run(
            "UPDATE message_words SET words = :words WHERE rowid = :rowid",
            words=_with_plain_e(row["words"]),
            rowid=row["rowid"],
        )


def forget(tx: Transaction, subscriber_id: UUID) -> None:
    """Take the words of a customer's tickets out of the index.

    A deleted row's words stay in FTS5's files until their parts are merged, which is done here:
    about a second for a million messages.
    """
    tx.run(
        "DELETE FROM message_words WHERE rowid IN"
        f" (SELECT rowid FROM ({_INDEXED} WHERE t.subscriber_id = :id) AS said))",
        id=subscriber_id,
    )
    tx.run("INSERT INTO message_words (message_words) VALUES ('optimize')")


def tickets_with(
    tx: Transaction, project_id: UUID, text: str, before: int | None = None
) -> Iterator[int]:
    """The numbers of a project's tickets in which each word of `text` begins a word, from the
    highest below `before` on. Signs without a letter or a digit are no words."""
    words = _tokens(list(dict.fromkeys(_with_plain_e(text).split())))
    row = tx.one("SELECT place FROM search_projects WHERE project_id = :id", id=project_id)
    if row is None or not words:
        return
    # The longest first: it is likely to be in the fewest tickets, and to let the others leap.
    words.sort(key=lambda tokens: len(tokens[-1]), reverse=True)
    wanted = [_Tickets(tx, row["place"], word, follows=nth > 0) for nth, word in enumerate(words)]
    number: int | None = min(before or _BEYOND, _BEYOND) - 1
    while number is not None:
        agreed = number
        for tickets in wanted:
            number = None if number is None else tickets.next(number)
        if number is not None and number == agreed:
            yield number
            number -= 1


class _Tickets:
    """The numbers of tickets with words that begin so, read from the index in growing pieces."""

    def __init__(
        self, tx: Transaction, place: int, tokens: Sequence[str], *, follows: bool
    ) -> None:
        """`follows` where another word tells which ticket is asked for first."""
        self._tx = tx
        self._project = place << _PROJECT
        self._tokens = tokens
        self._expression = ""
        self._in_order = True
        self._size = LARGE // SMALL
        self._piece: list[int] = []  # the lowest first
        self._read_to = _BEYOND
        self._unasked = follows

    def next(self, highest: int) -> int | None:
        """The highest number that is not above `highest`. Each call goes on below the last."""
        if self._unasked:
            self._unasked = False
            # To find what else begins so takes longer the more places a word has, and is not needed
            # where the other word is in one ticket only.
            if self._is_in(highest):
                self._piece, self._read_to = [highest], highest
        while True:
            while self._piece:
                if self._piece[-1] <= highest:
                    return self._piece[-1]
                self._piece.pop()
            if self._read_to == 0:
                return None
            self._read(min(highest, self._read_to - 1))

    def _is_in(self, number: int) -> bool:
        """Whether a message of this ticket has the words themselves, not only as a beginning."""
        return bool(self._places(" AND ".join(map(_quoted, self._tokens)), number, number, 1))

    def _read(self, highest: int) -> None:
        """Go on in the index, or leap where that is further down: then by small steps again."""
        if not self._expression:
            self._expression, self._in_order = _expression(self._tx, self._tokens)
            self._size = self._size if self._in_order else LARGE
        rows = self._places(self._expression, 0, highest, self._size)
        numbers = dict.fromkeys(row[0] - self._project for row in rows)
        self._piece = list(numbers)[::-1]
        leaps = highest < self._read_to - 1 and self._read_to < _BEYOND
        self._read_to = self._piece[0] if len(rows) == self._size else 0
        if not self._in_order:
            self._size *= SMALL
        else:
            self._size = SMALL if leaps else min(self._size * 4, LARGE)

    def _places(self, expression: str, lowest: int, highest: int, limit: int) -> list[Row]:
        return self._tx.all(
            "SELECT rowid >> 20 FROM message_words WHERE message_words MATCH :expression"
            " AND rowid >= :lowest AND rowid < :above ORDER BY rowid DESC LIMIT :limit",
            expression=expression,
            lowest=(self._project + lowest) << _TICKET,
            above=(self._project + highest + 1) << _TICKET,
            limit=limit,
        )


def _with_plain_e(text: str) -> str:
    """FTS5 takes accents off Latin letters only, and what one writes with ё, many write with е."""
    return text.replace("ё", "е").replace("Ё", "Е")


def _quoted(token: str) -> str:
    """In quotes nothing has a meaning in FTS5's language."""
    return f'"{token}"'


def _tokens(words: Sequence[str]) -> list[list[str]]:
    """What FTS5 makes of words: signs divide one into several, and nothing is left of some. It is
    asked itself, beside the database, since an index without places has no answer to a phrase."""
    if all(map(_PLAIN.fullmatch, words)):
        return [[word.lower()] for word in words]
    tokens: list[list[str]] = [[] for _ in words]
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(f"CREATE VIRTUAL TABLE words USING fts5 (word, tokenize = '{TOKENIZER}')")
        scratch.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab (words, instance)")
        scratch.executemany("INSERT INTO words VALUES (?)", ([word] for word in words))
        for doc, term in scratch.execute("SELECT doc, term FROM tokens ORDER BY doc, offset"):
            tokens[doc - 1].append(term)
    return [each for each in tokens if each]


def _expression(tx: Transaction, tokens: Sequence[str]) -> tuple[str, bool]:
    """What FTS5 looks for, all these tokens, the last as a beginning, and whether it tells the
    places in order."""
    *whole, beginning = tokens
    wanted, in_order = f"{_quoted(beginning)} *", len(beginning) <= INDEXED
    if not in_order:
        spellings = _spellings(tx, beginning)
        if len(spellings) <= MOST_SPELLINGS:
            wanted, in_order = " OR ".join(map(_quoted, spellings or [beginning])), True
    return " AND ".join([*map(_quoted, whole), f"({wanted})"]), in_order


def _spellings(tx: Transaction, beginning: str) -> Sequence[str]:
    """The words in the index that begin so, one more than MOST_SPELLINGS at most."""
    found: list[str] = []
    start = beginning
    while len(found) <= MOST_SPELLINGS:
        row = tx.one(
            "SELECT term FROM indexed_words WHERE term >= :start ORDER BY term LIMIT 1", start=start
        )
        if row is None or not row["term"].startswith(beginning):
            break
        found.append(row["term"])
        start = row["term"] + "\0"
    return found
