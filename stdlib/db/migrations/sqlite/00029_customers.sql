-- Customers, their telephones, and the imports they came from, so that an import can be undone.
-- +goose Up
CREATE TABLE customers (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    tax_id     TEXT   NOT NULL,
    class      TEXT   NOT NULL,
    phone      TEXT   NOT NULL,
    contact    TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    region     TEXT   NOT NULL,
    company    TEXT   NOT NULL,
    account    TEXT   NOT NULL DEFAULT '',
    note       TEXT   NOT NULL DEFAULT '',
    batch      TEXT   NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX customers_tax_id ON customers (tax_id);
CREATE INDEX customers_batch ON customers (batch);

CREATE TABLE customer_phones (
    phone    TEXT NOT NULL,
    customer TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    PRIMARY KEY (phone, customer)
) STRICT;
CREATE INDEX customer_phones_customer ON customer_phones (customer);

CREATE TABLE imports (
    batch      TEXT   NOT NULL PRIMARY KEY,
    file       TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    rows_read  INTEGER NOT NULL,
    added      INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    undone_at  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a customer was before an import changed it, as JSON.
CREATE TABLE import_changes (
    batch    TEXT NOT NULL REFERENCES imports (batch) ON DELETE CASCADE,
    customer TEXT NOT NULL,
    was      TEXT NOT NULL,
    PRIMARY KEY (batch, customer)
) STRICT;

-- +goose Down
DROP TABLE import_changes;
DROP TABLE imports;
DROP TABLE customer_phones;
DROP TABLE customers;
