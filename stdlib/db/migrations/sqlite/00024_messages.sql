-- Text messages and mails: templates, the outbox with each message's fate, who wants none, and what came in.
-- +goose Up
CREATE TABLE message_templates (
    name        TEXT   NOT NULL,
    lang        TEXT   NOT NULL,
    subject     TEXT   NOT NULL DEFAULT '',
    body        TEXT   NOT NULL,
    variables   TEXT   NOT NULL,
    approved_by TEXT   NOT NULL DEFAULT '',
    updated_by  TEXT   NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (name, lang)
) STRICT;

CREATE TABLE messages (
    id          TEXT   NOT NULL PRIMARY KEY,
    dedupe      TEXT   NOT NULL UNIQUE,
    channel     TEXT   NOT NULL,
    recipient   TEXT   NOT NULL,
    subject     TEXT   NOT NULL DEFAULT '',
    body        TEXT   NOT NULL,
    notice      INTEGER NOT NULL,
    state       TEXT   NOT NULL,
    detail      TEXT   NOT NULL DEFAULT '',
    provider_id TEXT   NOT NULL DEFAULT '',
    attempts    INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL,
    leased_till INTEGER NOT NULL DEFAULT 0,
    call_id     TEXT   NOT NULL DEFAULT '',
    thread      TEXT   NOT NULL DEFAULT '',
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_due ON messages (state, due_at);
CREATE INDEX messages_recipient ON messages (recipient, created_at);
CREATE INDEX messages_provider ON messages (provider_id);
CREATE INDEX messages_thread ON messages (thread);

CREATE TABLE message_optouts (
    recipient TEXT   NOT NULL PRIMARY KEY,
    since     INTEGER NOT NULL
) STRICT;

CREATE TABLE messages_in (
    id          TEXT   NOT NULL PRIMARY KEY,
    channel     TEXT   NOT NULL,
    sender      TEXT   NOT NULL,
    subject     TEXT   NOT NULL DEFAULT '',
    body        TEXT   NOT NULL,
    thread      TEXT   NOT NULL DEFAULT '',
    received_at INTEGER NOT NULL,
    handled     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX messages_in_sender ON messages_in (sender, received_at);

-- +goose Down
DROP TABLE messages_in;
DROP TABLE message_optouts;
DROP TABLE messages;
DROP TABLE message_templates;
