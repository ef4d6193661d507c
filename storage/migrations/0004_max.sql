-- MAX names a message by a string, and an album is one message there: the desk counts its parts.
CREATE TABLE max_messages (
    message_id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id BIGINT NOT NULL,
    mid TEXT NOT NULL,
    part INTEGER NOT NULL,
    UNIQUE (mid, part)
);
CREATE INDEX max_messages_of_chat ON max_messages (chat_id);

-- A dialog's id is not its person's in MAX, and some updates name the person alone.
CREATE TABLE max_dialogs (
    user_id BIGINT PRIMARY KEY,
    chat_id BIGINT NOT NULL
);
