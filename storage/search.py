"""The words of subjects and messages. They are indexed in bulk, which is many times cheaper than
one by one: BULK messages at a time, and what is left over before somebody searches."""

from uuid import UUID

from storage.database import Transaction

BULK = 256

# A ticket's subject is found with the first of its messages.
_WORDS = (
    "SELECT CASE WHEN m.seq = (SELECT min(f.seq) FROM messages f WHERE f.ticket_id = m.ticket_id)"
    " THEN t.subject || ' ' || m.text ELSE m.text END"
    " FROM tickets t WHERE t.id = m.ticket_id"
)


def index(tx: Transaction) -> int:
    """Index the messages that are not yet; how many."""
    return tx.run(
        "INSERT INTO message_words (rowid, words, ticket_id)"
        f" SELECT m.seq, ({_WORDS}), m.ticket_id FROM messages m"
        " WHERE m.seq > (SELECT coalesce(max(rowid), 0) FROM message_words)"
    )


def refresh(tx: Transaction, seq: int) -> None:
    """A message says something else now. One that is not indexed yet stays so."""
    tx.run(
        f"UPDATE message_words SET words = (SELECT ({_WORDS}) FROM messages m WHERE m.seq = :seq)"
        " WHERE rowid = :seq",
        seq=seq,
    )


def forget(tx: Transaction, subscriber_id: UUID) -> None:
    """Take the words of a customer's tickets out of the index.

    A deleted row's words stay in FTS5's files until their parts are merged, which is done here:
    about a second for a million messages.
    """
    tx.run(
        "DELETE FROM message_words WHERE rowid IN (SELECT m.seq FROM messages m"
        " JOIN tickets t ON t.id = m.ticket_id WHERE t.subscriber_id = :id)",
        id=str(subscriber_id),
    )
    tx.run("INSERT INTO message_words (message_words) VALUES ('optimize')")


def condition(text: str, values: dict[str, object]) -> list[str]:
    """SQL conditions on a ticket `t`, one a word: some word of the ticket begins with it.

    What the conditions refer to is added to `values`.
    """
    conditions = []
    for place, word in enumerate(dict.fromkeys(text.split())):
        conditions.append(
            f"t.id IN (SELECT ticket_id FROM message_words WHERE message_words MATCH :word{place})"
        )
        # In quotes nothing has a meaning in FTS5's own language.
        values[f"word{place}"] = '"' + word.replace('"', '""') + '"*'
    return conditions
