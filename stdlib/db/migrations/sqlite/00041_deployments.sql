-- What serves on all nodes: each change of it, and the files of the versions.
-- +goose Up
CREATE TABLE deployments (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER  NOT NULL,
    node    TEXT    NOT NULL,             -- where it was ordered
    what    TEXT    NOT NULL,             -- deploy, canary, promote, abandon, rollback
    hash    TEXT    NOT NULL,             -- of the version that it is about
    percent INTEGER  NOT NULL DEFAULT 0,
    by_whom TEXT    NOT NULL DEFAULT '',
    stable  TEXT    NOT NULL,             -- what serves from then on,
    canary  TEXT    NOT NULL DEFAULT '',  -- what is on trial beside it,
    share   INTEGER  NOT NULL DEFAULT 0    -- and its share of the new calls in per cent
) STRICT;

-- A version: which files it has, by their names. It never changes.
CREATE TABLE deployed_versions (
    hash  TEXT   NOT NULL PRIMARY KEY,
    files TEXT   NOT NULL,                -- JSON: {"name": "hash of the content"}
    since INTEGER NOT NULL
) STRICT;

-- Files by the hash of their content, in parts: two versions with the same recording have it once.
CREATE TABLE deployed_files (
    hash  TEXT   NOT NULL,
    part  INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    body  BLOB  NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (hash, part)
) STRICT;

-- +goose Down
DROP TABLE deployed_files;
DROP TABLE deployed_versions;
DROP TABLE deployments;
