-- +goose Up
-- Work to be done outside the transaction that ordered it. (kind, key) names one piece of work for good.
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY,
    kind         TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    payload      TEXT    NOT NULL DEFAULT '{}',
    state        TEXT    NOT NULL DEFAULT 'waiting', -- waiting, running, done, failed, cancelled
    priority     INTEGER NOT NULL DEFAULT 0,         -- the greater first
    run_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 10,
    worker       TEXT,
    lease_until  INTEGER,                             -- running: another worker may take it after this
    last_error   TEXT,
    created      INTEGER NOT NULL,
    finished     INTEGER,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX jobs_waiting ON jobs (kind, priority, run_at) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (finished) WHERE finished IS NOT NULL;

-- +goose Down
DROP TABLE jobs;
