-- Tax offices, as the bureau lists them. '' is what is not known.
-- +goose Up
CREATE TABLE offices (
    code     TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    district TEXT NOT NULL,
    address  TEXT NOT NULL,
    phone    TEXT NOT NULL,
    hours    TEXT NOT NULL
);
CREATE INDEX offices_name ON offices (name);

-- +goose Down
DROP TABLE offices;
