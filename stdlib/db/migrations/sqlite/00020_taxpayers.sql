-- Taxpayers, the numbers and telephones that lead to them, what they owe, and the tries at their PINs.
-- Months are year*12 + month-1, dates days since 1970-01-01, moments Unix milliseconds, money fen.
-- +goose Up
CREATE TABLE taxpayers (
    tax_id     TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    class      TEXT   NOT NULL,
    office     TEXT   NOT NULL,
    phone      TEXT   NOT NULL DEFAULT '',
    pin_hash   TEXT   NOT NULL DEFAULT '',
    batch      TEXT   NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX taxpayers_batch ON taxpayers (batch);

-- Today's number and the old one of each. keyed has a star for every letter, as a telephone keys it.
CREATE TABLE taxpayer_numbers (
    number TEXT NOT NULL PRIMARY KEY,
    keyed  TEXT NOT NULL,
    tax_id TEXT NOT NULL REFERENCES taxpayers (tax_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX taxpayer_numbers_keyed ON taxpayer_numbers (keyed);
CREATE INDEX taxpayer_numbers_tax_id ON taxpayer_numbers (tax_id);

CREATE TABLE taxpayer_phones (
    phone  TEXT NOT NULL,
    tax_id TEXT NOT NULL REFERENCES taxpayers (tax_id) ON DELETE CASCADE,
    PRIMARY KEY (phone, tax_id)
) STRICT;
CREATE INDEX taxpayer_phones_tax_id ON taxpayer_phones (tax_id);

CREATE TABLE arrears (
    tax_id TEXT   NOT NULL REFERENCES taxpayers (tax_id) ON DELETE CASCADE,
    period INTEGER NOT NULL,
    tax    TEXT   NOT NULL,
    amount INTEGER NOT NULL,
    paid   INTEGER NOT NULL DEFAULT 0,
    due    INTEGER NOT NULL,
    PRIMARY KEY (tax_id, period, tax)
) STRICT;
CREATE INDEX arrears_due ON arrears (due);

CREATE TABLE pin_tries (
    scope        TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    failures     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    PRIMARY KEY (scope, subject)
) STRICT;
CREATE INDEX pin_tries_last_at ON pin_tries (last_at);

-- +goose Down
DROP TABLE pin_tries;
DROP TABLE arrears;
DROP TABLE taxpayer_phones;
DROP TABLE taxpayer_numbers;
DROP TABLE taxpayers;
