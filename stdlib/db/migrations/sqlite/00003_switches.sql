-- +goose Up
-- A switch that the program declares, as staff have set it.
CREATE TABLE switches (
    name       TEXT    PRIMARY KEY,
    is_on      INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    changed_by TEXT    NOT NULL DEFAULT '',
    note       TEXT    NOT NULL DEFAULT ''
) STRICT;

-- +goose Down
DROP TABLE switches;
