-- Numbers in lists: black, warning, VIP, white, and whatever list a flow declares. expires_at 0: for good.
-- +goose Up
CREATE TABLE filter_entries (
    list        TEXT   NOT NULL,
    pattern     TEXT   NOT NULL,
    prefix      INTEGER NOT NULL,
    reason      TEXT   NOT NULL,
    expires_at  INTEGER NOT NULL,
    added_at    INTEGER NOT NULL,
    added_by    TEXT   NOT NULL,
    approved_by TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (list, pattern, prefix)
) STRICT;
CREATE INDEX filter_entries_expires ON filter_entries (expires_at);

-- +goose Down
DROP TABLE filter_entries;
