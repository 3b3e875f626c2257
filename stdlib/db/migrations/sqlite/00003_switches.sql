-- +goose Up
-- A switch that the program declares, as staff have set it.
CREATE TABLE switches (
    name       TEXT    PRIMARY KEY,
    is_on      INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    changed_by TEXT    NOT NULL DEFAULT '',
    note       TEXT    NOT NULL DEFAULT ''
) STRICT;

-- The numbers of a list that the program declares.
CREATE TABLE list_entries (
    list      TEXT    NOT NULL,
    phone     TEXT    NOT NULL,               -- normalised; with is_prefix the first digits of numbers
    is_prefix INTEGER NOT NULL DEFAULT FALSE,
    expires   INTEGER,                         -- no longer in the list from then on; NULL never
    added     INTEGER NOT NULL,
    added_by  TEXT    NOT NULL DEFAULT '',
    note      TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (list, phone, is_prefix)
) STRICT;
CREATE INDEX list_prefixes ON list_entries (list) WHERE is_prefix;

-- +goose Down
DROP TABLE list_entries;
DROP TABLE switches;
