-- What must be filed, what was filed, and meter readings, which are filed the same way.
-- +goose Up
CREATE TABLE duties (
    tax_id       TEXT   NOT NULL,
    tax          TEXT   NOT NULL,
    cycle        INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    until        INTEGER NOT NULL,
    by_phone     INTEGER NOT NULL,
    rate         INTEGER NOT NULL,
    exempt_below INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tax_id, tax)
) STRICT;

CREATE TABLE filings (
    tax_id    TEXT   NOT NULL,
    period    INTEGER NOT NULL,
    tax       TEXT   NOT NULL,
    sales     INTEGER NOT NULL,
    tax_due   INTEGER NOT NULL,
    state     TEXT   NOT NULL,
    receipt   TEXT   NOT NULL UNIQUE,
    filed_at  INTEGER NOT NULL,
    call_id   TEXT   NOT NULL DEFAULT '',
    version   INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (tax_id, period, tax)
) STRICT;
CREATE INDEX filings_state ON filings (state);

CREATE TABLE filing_changes (
    receipt    TEXT   NOT NULL,
    version    INTEGER NOT NULL,
    old_sales  INTEGER NOT NULL,
    new_sales  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    call_id    TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (receipt, version)
) STRICT;

CREATE TABLE readings (
    account  TEXT   NOT NULL,
    period   INTEGER NOT NULL,
    value    INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    rollover INTEGER NOT NULL,
    receipt  TEXT   NOT NULL UNIQUE,
    read_at  INTEGER NOT NULL,
    call_id  TEXT   NOT NULL DEFAULT '',
    version  INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (account, period)
) STRICT;

-- Numbers of receipts and tickets: the last one given out of each series.
CREATE TABLE series (
    name TEXT   NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE series;
DROP TABLE readings;
DROP TABLE filing_changes;
DROP TABLE filings;
DROP TABLE duties;
