-- The index of recordings and of voicemails; the sound itself lies in files.
-- +goose Up
CREATE TABLE recordings (
    id       TEXT   NOT NULL PRIMARY KEY,
    call_id  TEXT   NOT NULL,
    phone    TEXT   NOT NULL,
    agent    TEXT   NOT NULL DEFAULT '',
    file     TEXT   NOT NULL,
    made_at  INTEGER NOT NULL,
    length   INTEGER NOT NULL,
    gap      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX recordings_phone ON recordings (phone, made_at);
CREATE INDEX recordings_call ON recordings (call_id);
CREATE INDEX recordings_made ON recordings (made_at);

CREATE TABLE recording_plays (
    recording TEXT   NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    at        INTEGER NOT NULL,
    who       TEXT   NOT NULL,
    PRIMARY KEY (recording, at, who)
) STRICT;

CREATE TABLE voicemails (
    recording   TEXT   NOT NULL PRIMARY KEY,
    mailbox     TEXT   NOT NULL,
    phone       TEXT   NOT NULL,
    length      INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    state       TEXT   NOT NULL,
    holder      TEXT   NOT NULL DEFAULT '',
    reply       TEXT   NOT NULL DEFAULT '',
    changed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX voicemails_state ON voicemails (state, mailbox, received_at);

-- +goose Down
DROP TABLE voicemails;
DROP TABLE recording_plays;
DROP TABLE recordings;
