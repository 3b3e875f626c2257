-- What must be filed, what was filed, and meter readings, which are filed the same way.
-- +goose Up
CREATE TABLE duties (
    tax_id       TEXT   NOT NULL,
    tax          TEXT   NOT NULL,
    cycle        BIGINT NOT NULL,
    since        BIGINT NOT NULL,
    until        BIGINT NOT NULL,
    by_phone     BIGINT NOT NULL,
    rate         BIGINT NOT NULL,
    exempt_below BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tax_id, tax)
);

CREATE TABLE filings (
    tax_id    TEXT   NOT NULL,
    period    BIGINT NOT NULL,
    tax       TEXT   NOT NULL,
    sales     BIGINT NOT NULL,
    tax_due   BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    receipt   TEXT   NOT NULL UNIQUE,
    filed_at  BIGINT NOT NULL,
    call_id   TEXT   NOT NULL DEFAULT '',
    version   BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (tax_id, period, tax)
);
CREATE INDEX filings_state ON filings (state);

CREATE TABLE filing_changes (
    receipt    TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    old_sales  BIGINT NOT NULL,
    new_sales  BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    call_id    TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (receipt, version)
);

CREATE TABLE readings (
    account  TEXT   NOT NULL,
    period   BIGINT NOT NULL,
    value    BIGINT NOT NULL,
    used     BIGINT NOT NULL,
    rollover BIGINT NOT NULL,
    receipt  TEXT   NOT NULL UNIQUE,
    read_at  BIGINT NOT NULL,
    call_id  TEXT   NOT NULL DEFAULT '',
    version  BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (account, period)
);

-- Numbers of receipts and tickets: the last one given out of each series.
CREATE TABLE series (
    name TEXT   NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- +goose Down
DROP TABLE series;
DROP TABLE readings;
DROP TABLE filing_changes;
DROP TABLE filings;
DROP TABLE duties;
