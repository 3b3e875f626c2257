-- What rows of the bureau's data were before an import, and what it made of them, so that it can be undone.
-- +goose Up
CREATE TABLE import_rows (
    batch TEXT NOT NULL REFERENCES imports (batch) ON DELETE CASCADE,
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL,
    was   TEXT NOT NULL,
    made  TEXT NOT NULL,
    PRIMARY KEY (batch, kind, key)
);

-- +goose Down
DROP TABLE import_rows;
