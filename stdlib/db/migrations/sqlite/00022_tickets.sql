-- Tickets, their history and their recordings. limit_days are working days; due_at is the end of the last of them.
-- +goose Up
CREATE TABLE tickets (
    number      TEXT   NOT NULL PRIMARY KEY,
    class       TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    anonymous   INTEGER NOT NULL,
    phone       TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    content     TEXT   NOT NULL,
    unit        TEXT   NOT NULL DEFAULT '',
    reply       TEXT   NOT NULL DEFAULT '',
    call_id     TEXT   NOT NULL DEFAULT '',
    path        TEXT   NOT NULL DEFAULT '',
    received_at INTEGER NOT NULL,
    accept_by   INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL DEFAULT 0,
    limit_days  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    waiting_on  INTEGER NOT NULL DEFAULT 0,
    urges       INTEGER NOT NULL DEFAULT 0,
    urged_at    INTEGER NOT NULL DEFAULT 0,
    supervised  INTEGER NOT NULL DEFAULT 0,
    alerted     INTEGER NOT NULL DEFAULT 0,
    closed_at   INTEGER NOT NULL DEFAULT 0,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX tickets_state ON tickets (state, due_at);
CREATE INDEX tickets_phone ON tickets (phone);
CREATE INDEX tickets_call ON tickets (call_id);
CREATE INDEX tickets_received ON tickets (received_at);

CREATE TABLE ticket_events (
    ticket   TEXT   NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    actor    TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    was      TEXT   NOT NULL,
    became   TEXT   NOT NULL,
    note     TEXT   NOT NULL,
    PRIMARY KEY (ticket, seq)
) STRICT;

CREATE TABLE ticket_recordings (
    ticket    TEXT   NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    recording TEXT   NOT NULL,
    bound_at  INTEGER NOT NULL,
    PRIMARY KEY (ticket, recording)
) STRICT;
CREATE INDEX ticket_recordings_recording ON ticket_recordings (recording);

-- +goose Down
DROP TABLE ticket_recordings;
DROP TABLE ticket_events;
DROP TABLE tickets;
