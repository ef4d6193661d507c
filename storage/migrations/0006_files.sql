-- What a messenger always knows a file by: its file_id may be another each time it tells of it.
ALTER TABLE attachments ADD COLUMN unique_id TEXT;
