-- What people are to be told of, gathered until they may be told.
-- +goose Up
CREATE TABLE alerts (
    id        INTEGER PRIMARY KEY,
    recipient TEXT    NOT NULL,
    topic     TEXT    NOT NULL,           -- what it has in common with others
    urgent    INTEGER  NOT NULL DEFAULT 0, -- the greater first
    item      TEXT    NOT NULL,           -- what it is about, among others of its topic
    body      TEXT    NOT NULL,           -- the whole of it, where it is the only one
    at        INTEGER  NOT NULL,
    told      INTEGER                      -- when it was told; NULL while it waits
) STRICT;
CREATE INDEX alerts_waiting ON alerts (recipient) WHERE told IS NULL;
CREATE INDEX alerts_told ON alerts (told) WHERE told IS NOT NULL;

-- When each recipient was told last.
CREATE TABLE alert_recipients (
    recipient TEXT   NOT NULL PRIMARY KEY,
    told      INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE alert_recipients;
DROP TABLE alerts;
