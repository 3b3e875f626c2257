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
    updated_at BIGINT NOT NULL
);
CREATE INDEX customers_tax_id ON customers (tax_id);
CREATE INDEX customers_batch ON customers (batch);

CREATE TABLE customer_phones (
    phone    TEXT NOT NULL,
    customer TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    PRIMARY KEY (phone, customer)
);
CREATE INDEX customer_phones_customer ON customer_phones (customer);

CREATE TABLE imports (
    batch      TEXT   NOT NULL PRIMARY KEY,
    file       TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    rows_read  BIGINT NOT NULL,
    added      BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    undone_at  BIGINT NOT NULL DEFAULT 0
);

-- What a customer was before an import changed it, as JSON.
CREATE TABLE import_changes (
    batch    TEXT NOT NULL REFERENCES imports (batch) ON DELETE CASCADE,
    customer TEXT NOT NULL,
    was      TEXT NOT NULL,
    PRIMARY KEY (batch, customer)
);

-- +goose Down
DROP TABLE import_changes;
DROP TABLE imports;
DROP TABLE customer_phones;
DROP TABLE customers;
