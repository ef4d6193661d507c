-- Where in a text a word stands is asked by nobody: without that the index is half as large, which
-- pays for beginnings of up to five letters.
DROP TABLE indexed_words;
DROP TABLE message_words;
CREATE VIRTUAL TABLE message_words USING fts5 (
    words, detail = none, prefix = '1 2 3 4 5', tokenize = 'unicode61 remove_diacritics 2'
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
        WHERE m.seq <= (SELECT indexed FROM search_progress)
    ) AS said
    ORDER BY place, number, nth;
