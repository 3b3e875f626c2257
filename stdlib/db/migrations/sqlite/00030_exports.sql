-- Exports: who took what out, and why where numbers were not masked. The row is written before the file is.
-- +goose Up
CREATE TABLE exports (
    id       TEXT    NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    what     TEXT    NOT NULL,
    file     TEXT    NOT NULL,
    whole    INTEGER NOT NULL,
    reason   TEXT    NOT NULL,
    rows_out INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX exports_at ON exports (at);

-- +goose Down
DROP TABLE exports;
