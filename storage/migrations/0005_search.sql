-- Words are found newest ticket first: the rowid says project (15 bits), ticket number (28) and which
-- message of the ticket it is (20), so the index is in the order of the answer and none is looked at
-- in vain. Frequent beginnings of up to three letters have an index of their own.
CREATE TABLE search_projects (
    place INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL UNIQUE REFERENCES projects (id)
);
INSERT INTO search_projects (project_id) SELECT id FROM projects ORDER BY created_at, id;

-- One row: the last message that is in the index.
CREATE TABLE search_progress (indexed BIGINT NOT NULL);
INSERT INTO search_progress SELECT coalesce(max(seq), 0) FROM messages;

DROP TABLE message_words;
CREATE VIRTUAL TABLE message_words USING fts5 (
    words, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE indexed_words USING fts5vocab (message_words, instance);
INSERT INTO message_words (rowid, words)
    SELECT (place << 48) + (number << 20) + nth,
        CASE nth WHEN 0 THEN subject || ' ' || text ELSE text END
    FROM (
        SELECT p.place, t.number, t.subject, m.text,
            row_number() OVER (PARTITION BY m.ticket_id ORDER BY m.seq) - 1 AS nth
        FROM messages m
        JOIN tickets t ON t.id = m.ticket_id
        JOIN search_projects p ON p.project_id = t.project_id
    ) AS said
    ORDER BY place, number, nth;

-- What tickets can be filtered by, in the order of the list.
CREATE INDEX tickets_by_channel ON tickets (project_id, channel, number);
CREATE INDEX tickets_by_priority ON tickets (project_id, priority, number) WHERE priority <> 'normal';
CREATE INDEX tickets_by_assignee ON tickets (project_id, assigned_to, number)
    WHERE assigned_to IS NOT NULL;
CREATE INDEX tickets_by_type ON tickets (project_id, ticket_type_id, number)
    WHERE ticket_type_id IS NOT NULL;
