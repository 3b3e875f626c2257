-- Whom texts went to lately: a row is held while those to it are counted, so that two at once are not both let through.
-- +goose Up
CREATE TABLE message_recipients (
    recipient TEXT   NOT NULL PRIMARY KEY,
    last_at   BIGINT NOT NULL
);
CREATE INDEX message_recipients_last ON message_recipients (last_at);

-- +goose Down
DROP TABLE message_recipients;
