-- The servers that work on this database: each has a name and a lease of it.
-- +goose Up
CREATE TABLE nodes (
    name    TEXT   NOT NULL PRIMARY KEY,
    boot    TEXT   NOT NULL,            -- which start of the program holds the name
    folder  TEXT   NOT NULL,            -- whose data folder: what is in it, others cannot know
    kernel  TEXT   NOT NULL DEFAULT '', -- and which start of which machine, where that can be told
    host    TEXT   NOT NULL DEFAULT '', -- for people to find it
    process BIGINT NOT NULL DEFAULT 0,
    since   BIGINT NOT NULL,
    beat    BIGINT NOT NULL DEFAULT 0,  -- grows while the program lives: others watch that, not clocks
    seen    BIGINT NOT NULL,            -- its own clock at the last beat
    ended   BIGINT                      -- when it gave the name back
);
-- What a start looks through of earlier ones.
CREATE INDEX calls_interrupted ON calls (node) WHERE result = 'interrupted';

-- +goose Down
DROP INDEX calls_interrupted;
DROP TABLE nodes;
