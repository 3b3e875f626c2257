-- Invoices that may be checked, how often who has checked today, and refunds.
-- +goose Up
CREATE TABLE invoices (
    number TEXT   NOT NULL PRIMARY KEY,
    seller TEXT   NOT NULL,
    buyer  TEXT   NOT NULL,
    amount INTEGER NOT NULL,
    issued INTEGER NOT NULL,
    status TEXT   NOT NULL
) STRICT;

CREATE TABLE invoice_checks (
    caller TEXT   NOT NULL,
    day    INTEGER NOT NULL,
    checks INTEGER NOT NULL,
    PRIMARY KEY (caller, day)
) STRICT;

CREATE TABLE refunds (
    number  TEXT   NOT NULL PRIMARY KEY,
    tax_id  TEXT   NOT NULL,
    applied INTEGER NOT NULL,
    tax     TEXT   NOT NULL,
    amount  INTEGER NOT NULL,
    step    TEXT   NOT NULL,
    done    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX refunds_tax_id ON refunds (tax_id, done);

-- +goose Down
DROP TABLE refunds;
DROP TABLE invoice_checks;
DROP TABLE invoices;
