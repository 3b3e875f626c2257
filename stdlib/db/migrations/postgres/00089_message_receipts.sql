-- Reports of gateways that came before the gateway's answer to the message, and the ticket that a text is about.
-- +goose Up
CREATE TABLE message_receipts (
    id          TEXT   NOT NULL PRIMARY KEY,
    recipient   TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    why         TEXT   NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX message_receipts_received ON message_receipts (received_at);
ALTER TABLE messages_in ADD COLUMN ticket TEXT NOT NULL DEFAULT '';
CREATE INDEX messages_in_received ON messages_in (received_at);
CREATE INDEX messages_created ON messages (created_at);

-- +goose Down
DROP INDEX messages_created;
DROP INDEX messages_in_received;
ALTER TABLE messages_in DROP COLUMN ticket;
DROP TABLE message_receipts;
