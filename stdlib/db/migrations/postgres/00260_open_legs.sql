-- Legs without an end are few; a start after a crash looks for them among all there ever were.
-- +goose Up
CREATE INDEX call_legs_open ON call_legs (call_id) WHERE ended IS NULL;

-- +goose Down
DROP INDEX call_legs_open;
