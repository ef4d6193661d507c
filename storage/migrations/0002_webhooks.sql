-- Other people's programs that want to know of changes. events: names as a JSON list, empty for all.
-- status: active, disabled. disabled_reason: requested, gone (it answered 410), failing (for 5 days).
-- failing_since is the first failed attempt after the last success; paused_until is what a Retry-After asked.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    events TEXT NOT NULL,
    status TEXT NOT NULL,
    disabled_reason TEXT,
    failing_since BIGINT,
    paused_until BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhooks_of_project ON webhooks (project_id, created_at);

-- The secret without expires_at is the endpoint's own; the others were rotated out and sign beside it.
CREATE TABLE webhook_secrets (
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (webhook_id, secret)
);

-- One event for one endpoint. snapshot: what happened, until it is written as the body that goes out.
-- status: pending, delivered, failed. due_at is NULL while an earlier event of the ticket is pending.
-- tries counts the attempts of this round of the schedule; attempts is the record of them all.
CREATE TABLE webhook_deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    ticket_id TEXT,
    status TEXT NOT NULL DEFAULT 'pending',
    tries INTEGER NOT NULL DEFAULT 0,
    attempts TEXT NOT NULL DEFAULT '[]',
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    finished_at BIGINT,
    snapshot TEXT,
    body TEXT
);
CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_id, seq);
CREATE INDEX webhook_deliveries_of_ticket ON webhook_deliveries (ticket_id, webhook_id, finished_at, seq);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_fresh ON webhook_deliveries (seq) WHERE snapshot IS NOT NULL;
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at);
