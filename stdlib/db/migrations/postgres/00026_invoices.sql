-- Invoices that may be checked, how often who has checked today, and refunds.
-- +goose Up
CREATE TABLE invoices (
    number TEXT   NOT NULL PRIMARY KEY,
    seller TEXT   NOT NULL,
    buyer  TEXT   NOT NULL,
    amount BIGINT NOT NULL,
    issued BIGINT NOT NULL,
    status TEXT   NOT NULL
);

CREATE TABLE invoice_checks (
    caller TEXT   NOT NULL,
    day    BIGINT NOT NULL,
    checks BIGINT NOT NULL,
    PRIMARY KEY (caller, day)
);

CREATE TABLE refunds (
    number  TEXT   NOT NULL PRIMARY KEY,
    tax_id  TEXT   NOT NULL,
    applied BIGINT NOT NULL,
    tax     TEXT   NOT NULL,
    amount  BIGINT NOT NULL,
    step    TEXT   NOT NULL,
    done    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX refunds_tax_id ON refunds (tax_id, done);

-- +goose Down
DROP TABLE refunds;
DROP TABLE invoice_checks;
DROP TABLE invoices;
