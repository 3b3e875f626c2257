-- Outbound campaigns: a run of a campaign with the list it was started on, its targets, every attempt with what is known
-- of its end, and what was dialled over all campaigns: who holds a number, and how often it was connected on a day.
-- +goose Up
CREATE TABLE campaign_runs (
    id         TEXT NOT NULL PRIMARY KEY,
    campaign   TEXT NOT NULL,
    program    TEXT NOT NULL,
    shape      TEXT NOT NULL,
    state      TEXT NOT NULL,
    why        TEXT NOT NULL,
    priority   INTEGER NOT NULL,
    at_once    INTEGER NOT NULL,
    apart      INTEGER NOT NULL,
    quota      INTEGER NOT NULL,
    seed       TEXT NOT NULL,
    frame      TEXT NOT NULL,
    share      INTEGER NOT NULL,
    live       INTEGER NOT NULL,
    reached    INTEGER NOT NULL,
    paced_at   INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX campaign_runs_active ON campaign_runs (campaign) WHERE state IN ('running', 'paused', 'halted');

CREATE TABLE campaign_targets (
    run     TEXT NOT NULL REFERENCES campaign_runs (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    key     TEXT NOT NULL,
    number  TEXT NOT NULL,
    target  TEXT NOT NULL,
    state   TEXT NOT NULL,
    why     TEXT NOT NULL,
    due_at  INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    free    INTEGER NOT NULL,
    node    TEXT NOT NULL,
    boot    TEXT NOT NULL,
    PRIMARY KEY (run, ordinal)
) STRICT;
CREATE UNIQUE INDEX campaign_targets_key ON campaign_targets (run, key);
CREATE INDEX campaign_targets_due ON campaign_targets (run, state, due_at, ordinal);
CREATE INDEX campaign_targets_claimed ON campaign_targets (node) WHERE state = 'claimed';

CREATE TABLE campaign_attempts (
    run         TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    number      TEXT NOT NULL,
    call_id     TEXT NOT NULL,
    node        TEXT NOT NULL,
    boot        TEXT NOT NULL,
    begun_at    INTEGER NOT NULL,
    answered_at INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    sip         INTEGER NOT NULL,
    q850        INTEGER NOT NULL,
    detail      TEXT NOT NULL,
    trunk       TEXT NOT NULL,
    PRIMARY KEY (run, ordinal, attempt),
    FOREIGN KEY (run, ordinal) REFERENCES campaign_targets (run, ordinal) ON DELETE CASCADE
) STRICT;
CREATE INDEX campaign_attempts_call ON campaign_attempts (call_id);
CREATE INDEX campaign_attempts_open ON campaign_attempts (node) WHERE ended_at = 0;

CREATE TABLE dialled_numbers (
    number    TEXT NOT NULL PRIMARY KEY,
    holder    TEXT NOT NULL,
    day       INTEGER NOT NULL,
    connected INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE dialled_numbers;
DROP TABLE campaign_attempts;
DROP TABLE campaign_targets;
DROP TABLE campaign_runs;
