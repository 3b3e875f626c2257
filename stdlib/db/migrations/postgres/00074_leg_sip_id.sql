-- The Call-ID of a leg's SIP dialog: what the far side's log and the trace of messages name it by.
-- +goose Up
ALTER TABLE call_legs ADD COLUMN sip_id TEXT;

-- +goose Down
ALTER TABLE call_legs DROP COLUMN sip_id;
