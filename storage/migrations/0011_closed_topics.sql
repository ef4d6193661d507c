-- Who manages topics may write into a closed one, so its closing is told by nothing but the news of it.

ALTER TABLE ticket_threads ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
