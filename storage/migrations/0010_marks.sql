-- Marks wait in a lane of their own: what is said in the agents' chat does not hold them up.

DROP INDEX outbox_pending;
CREATE INDEX outbox_pending ON outbox (channel, chat_id, kind = 'mark', ticket_id IS NOT NULL, id)
    WHERE status = 'pending';
