-- +goose Up
-- A switch that the program declares, as staff have set it.
CREATE TABLE switches (
    name       TEXT    PRIMARY KEY,
    is_on      BOOLEAN NOT NULL,
    changed    BIGINT  NOT NULL,
    changed_by TEXT    NOT NULL DEFAULT '',
    note       TEXT    NOT NULL DEFAULT ''
);

-- The numbers of a list that the program declares.
CREATE TABLE list_entries (
    list      TEXT    NOT NULL,
    phone     TEXT    NOT NULL,               -- normalised; with is_prefix the first digits of numbers
    is_prefix BOOLEAN NOT NULL DEFAULT FALSE,
    expires   BIGINT,                         -- no longer in the list from then on; NULL never
    added     BIGINT  NOT NULL,
    added_by  TEXT    NOT NULL DEFAULT '',
    note      TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (list, phone, is_prefix)
);
CREATE INDEX list_prefixes ON list_entries (list) WHERE is_prefix;

-- +goose Down
DROP TABLE list_entries;
DROP TABLE switches;
