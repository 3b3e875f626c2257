-- Who may use the administration: people with passwords, their sessions, and keys of programs. Moments are Unix
-- milliseconds; of sessions and keys only hashes are stored.
-- +goose Up
CREATE TABLE users (
    name         TEXT    NOT NULL PRIMARY KEY,
    shown        TEXT    NOT NULL,            -- as colleagues know them
    password     TEXT    NOT NULL,            -- argon2id
    roles        TEXT    NOT NULL,            -- a JSON list
    queues       TEXT    NOT NULL,            -- a JSON list: whose recordings they see; empty for all
    disabled     INTEGER NOT NULL DEFAULT 0,
    wrong        INTEGER NOT NULL DEFAULT 0,  -- passwords in a row
    locked_until INTEGER NOT NULL DEFAULT 0,
    changed_at   INTEGER NOT NULL,
    changed_by   TEXT    NOT NULL
) STRICT;

CREATE TABLE user_sessions (
    hash      TEXT    NOT NULL PRIMARY KEY,
    user_name TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    begun_at  INTEGER NOT NULL,
    seen_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX user_sessions_user ON user_sessions (user_name);

CREATE TABLE api_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    hash       TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    permits    TEXT    NOT NULL,              -- a JSON list
    queues     TEXT    NOT NULL,              -- as a user's
    expires_at INTEGER NOT NULL DEFAULT 0,    -- 0: never
    made_at    INTEGER NOT NULL,
    made_by    TEXT    NOT NULL,
    revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What came of orders with an idempotency key, for a day.
CREATE TABLE idempotent_orders (
    key      TEXT    NOT NULL PRIMARY KEY,    -- a hash of who, what and the key
    body     TEXT    NOT NULL,                -- a hash of the order
    begun_at INTEGER NOT NULL,
    status   INTEGER NOT NULL DEFAULT 0,      -- 0: it is being carried out
    answer   TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX idempotent_orders_begun ON idempotent_orders (begun_at);

-- +goose Down
DROP TABLE idempotent_orders;
DROP TABLE api_keys;
DROP TABLE user_sessions;
DROP TABLE users;
