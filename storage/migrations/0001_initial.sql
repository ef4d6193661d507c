-- Times are milliseconds since the Unix epoch, UTC. Ids are UUIDs in their canonical text form.
-- Every table of a project's data leads to exactly one project.

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    locale TEXT NOT NULL DEFAULT 'en',
    helpdesk_enabled INTEGER NOT NULL DEFAULT 1,
    helpdesk_allow_create INTEGER NOT NULL DEFAULT 1,
    allowed_origins TEXT NOT NULL DEFAULT '[]',
    agent_channel TEXT,
    agent_chat_id BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (agent_channel, agent_chat_id)
);

-- Groups that go on under another id: what is still on its way from the old one counts for the new.
CREATE TABLE migrated_chats (
    channel TEXT NOT NULL,
    old_id BIGINT NOT NULL,
    new_id BIGINT NOT NULL,
    PRIMARY KEY (channel, old_id)
);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE connect_codes (
    hash TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    channel TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    username TEXT,
    active INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    UNIQUE (project_id, channel, user_id)
);

CREATE TABLE ticket_types (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    active INTEGER NOT NULL DEFAULT 1,
    position INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX ticket_types_of_project ON ticket_types (project_id, position, created_at);

-- A customer. status: active, stopped (unsubscribed), blocked (blocked the bot), erased.
-- focus_ticket_id is the ticket last opened or last answered in the customer's chat.
CREATE TABLE subscribers (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    channel TEXT NOT NULL,
    chat_id BIGINT,
    user_id BIGINT,
    first_name TEXT,
    last_name TEXT,
    username TEXT,
    locale TEXT,
    status TEXT NOT NULL DEFAULT 'active',
    focus_ticket_id TEXT,
    focused_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (project_id, channel, chat_id)
);
CREATE INDEX subscribers_of_chat ON subscribers (channel, chat_id);

-- One use of a deeplink. An open request past expires_at counts as expired, whatever status says.
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    channel TEXT,
    ticket_type_id TEXT REFERENCES ticket_types (id),
    context TEXT NOT NULL DEFAULT '{}',
    status TEXT NOT NULL DEFAULT 'pending',
    owner_channel TEXT,
    owner_chat_id BIGINT,
    subscriber_id TEXT REFERENCES subscribers (id),
    ticket_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE INDEX requests_of_subscriber ON requests (subscriber_id, decided_at);
CREATE INDEX requests_pending ON requests (expires_at) WHERE status = 'pending';

CREATE TABLE tickets (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    number BIGINT NOT NULL,
    subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'new',
    priority TEXT NOT NULL DEFAULT 'normal',
    ticket_type_id TEXT REFERENCES ticket_types (id),
    assigned_to TEXT REFERENCES agents (id),
    context TEXT NOT NULL DEFAULT '{}',
    rating INTEGER,
    previous_ticket_id TEXT REFERENCES tickets (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    first_reply_at BIGINT,
    closed_at BIGINT,
    UNIQUE (project_id, number)
);
CREATE INDEX tickets_of_subscriber ON tickets (subscriber_id, number);
CREATE INDEX tickets_by_status ON tickets (project_id, status, number);

-- delivery: none, pending, sent, failed. entities: messenger-neutral formatting, offsets in UTF-16 units.
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    author TEXT NOT NULL,
    author_name TEXT NOT NULL,
    agent_id TEXT REFERENCES agents (id),
    text TEXT NOT NULL,
    entities TEXT NOT NULL DEFAULT '[]',
    original_text TEXT,
    original_entities TEXT,
    internal INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0,
    delivery TEXT NOT NULL DEFAULT 'none',
    delivery_error TEXT,
    created_at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX messages_of_ticket ON messages (ticket_id, seq);

-- file_id is the messenger's own name of the file; it is fetched from there when it is asked for.
CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT,
    mime_type TEXT,
    size BIGINT,
    channel TEXT NOT NULL,
    file_id TEXT NOT NULL
);
CREATE INDEX attachments_of_message ON attachments (message_id, position);

-- Which ticket message an incoming messenger message became: the index that makes a replay a no-op.
CREATE TABLE message_sources (
    channel TEXT NOT NULL,
    chat_id BIGINT NOT NULL,
    native_id BIGINT NOT NULL,
    message_id TEXT NOT NULL REFERENCES messages (id),
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    media_group_id TEXT,
    PRIMARY KEY (channel, chat_id, native_id)
);
CREATE INDEX message_sources_of_message ON message_sources (message_id);
CREATE INDEX message_sources_of_album ON message_sources (channel, chat_id, media_group_id)
    WHERE media_group_id IS NOT NULL;

-- Which messenger messages we made of a ticket's content. role: card, message, notice.
-- One messenger message may carry several ticket messages (merged), one ticket message several parts.
CREATE TABLE message_copies (
    channel TEXT NOT NULL,
    chat_id BIGINT NOT NULL,
    native_id BIGINT NOT NULL,
    message_id TEXT NOT NULL DEFAULT '',
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    role TEXT NOT NULL,
    part INTEGER NOT NULL DEFAULT 0,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (channel, chat_id, native_id, message_id)
);
CREATE INDEX message_copies_of_message ON message_copies (message_id);
CREATE INDEX message_copies_of_ticket ON message_copies (ticket_id);
CREATE INDEX message_copies_by_time ON message_copies (sent_at);

-- A ticket's place in an agent chat: its topic, where there are topics, and its card.
CREATE TABLE ticket_threads (
    ticket_id TEXT NOT NULL REFERENCES tickets (id),
    channel TEXT NOT NULL,
    chat_id BIGINT NOT NULL,
    thread_id BIGINT,
    card_id BIGINT,
    card_content TEXT,
    PRIMARY KEY (ticket_id, channel, chat_id)
);
CREATE INDEX ticket_threads_by_topic ON ticket_threads (channel, chat_id, thread_id);

-- What came in from a messenger. The payload is emptied once handled; the row stays to refuse a repeat.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    update_id BIGINT NOT NULL,
    chat_id BIGINT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending',
    error TEXT,
    received_at BIGINT NOT NULL,
    handled_at BIGINT,
    UNIQUE (channel, update_id)
);
CREATE INDEX inbox_pending ON inbox (channel, id) WHERE status = 'pending';
CREATE INDEX inbox_finished ON inbox (handled_at) WHERE handled_at IS NOT NULL;

-- How far a messenger's updates have been read (Telegram's offset, MAX's marker), and who the bot is there.
CREATE TABLE feeds (
    channel TEXT PRIMARY KEY,
    position BIGINT,
    bot_id BIGINT,
    bot_username TEXT
);

-- What must go out to a chat. audience: customer or agents. kind: card, message, notice, edit, mark.
-- status: pending, sent, failed, merged (carried by another row). progress: what the messenger took already.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL REFERENCES projects (id),
    channel TEXT NOT NULL,
    chat_id BIGINT NOT NULL,
    audience TEXT NOT NULL,
    kind TEXT NOT NULL,
    ticket_id TEXT,
    message_id TEXT,
    payload TEXT NOT NULL DEFAULT '{}',
    progress TEXT NOT NULL DEFAULT '{}',
    status TEXT NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX outbox_pending ON outbox (channel, chat_id, ticket_id IS NOT NULL, id) WHERE status = 'pending';
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX outbox_of_message ON outbox (message_id) WHERE message_id IS NOT NULL;

-- The state and data of a conversation, in the terms of aiogram's finite state machine.
CREATE TABLE dialogs (
    channel TEXT NOT NULL,
    chat_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    thread_id BIGINT NOT NULL DEFAULT 0,
    destiny TEXT NOT NULL,
    state TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (channel, chat_id, user_id, thread_id, destiny)
);

-- The words of messages, a subject with those of its ticket's first; rowid is messages.seq.
CREATE VIRTUAL TABLE message_words USING fts5 (words, ticket_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');
