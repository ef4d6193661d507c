-- Where in a text a word stands is asked by nobody: without that the index is half as large, which
-- pays for beginnings of up to five letters.
DROP TABLE indexed_words;
ALTER TABLE message_words RENAME TO former_words;
CREATE VIRTUAL TABLE message_words USING fts5 (
    words, detail = none, prefix = '1 2 3 4 5', tokenize = 'unicode61 remove_diacritics 2'
);
-- To begin in the middle, FTS5 reads a page of each part of the index from its end: small ones are
-- four times as fast.
INSERT INTO message_words (message_words, rank) VALUES ('pgsz', 1000);
INSERT INTO message_words (rowid, words) SELECT rowid, words FROM former_words ORDER BY rowid;
DROP TABLE former_words;
CREATE VIRTUAL TABLE indexed_words USING fts5vocab (message_words, instance);
