-- Tickets, their history and their recordings. limit_days are working days; due_at is the end of the last of them.
-- +goose Up
CREATE TABLE tickets (
    number      TEXT   NOT NULL PRIMARY KEY,
    class       TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    anonymous   BIGINT NOT NULL,
    phone       TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    content     TEXT   NOT NULL,
    unit        TEXT   NOT NULL DEFAULT '',
    reply       TEXT   NOT NULL DEFAULT '',
    call_id     TEXT   NOT NULL DEFAULT '',
    path        TEXT   NOT NULL DEFAULT '',
    received_at BIGINT NOT NULL,
    accept_by   BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL DEFAULT 0,
    limit_days  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    waiting_on  BIGINT NOT NULL DEFAULT 0,
    urges       BIGINT NOT NULL DEFAULT 0,
    urged_at    BIGINT NOT NULL DEFAULT 0,
    supervised  BIGINT NOT NULL DEFAULT 0,
    alerted     BIGINT NOT NULL DEFAULT 0,
    closed_at   BIGINT NOT NULL DEFAULT 0,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX tickets_state ON tickets (state, due_at);
CREATE INDEX tickets_phone ON tickets (phone);
CREATE INDEX tickets_call ON tickets (call_id);
CREATE INDEX tickets_received ON tickets (received_at);

CREATE TABLE ticket_events (
    ticket   TEXT   NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    seq      BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    was      TEXT   NOT NULL,
    became   TEXT   NOT NULL,
    note     TEXT   NOT NULL,
    PRIMARY KEY (ticket, seq)
);

CREATE TABLE ticket_recordings (
    ticket    TEXT   NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    recording TEXT   NOT NULL,
    bound_at  BIGINT NOT NULL,
    PRIMARY KEY (ticket, recording)
);
CREATE INDEX ticket_recordings_recording ON ticket_recordings (recording);

-- +goose Down
DROP TABLE ticket_recordings;
DROP TABLE ticket_events;
DROP TABLE tickets;
