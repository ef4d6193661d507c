-- To begin in the middle, FTS5 reads a page of each part of the index from its end: small ones are
-- four times as fast.
INSERT INTO message_words (message_words, rank) VALUES ('pgsz', 1000);
INSERT INTO message_words (message_words) VALUES ('rebuild');
