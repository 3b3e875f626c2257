-- What more is known of a leg: which way it went, what carried it, and how it sounded.
-- +goose Up
ALTER TABLE call_legs ADD COLUMN direction TEXT NOT NULL DEFAULT '';  -- in, out
ALTER TABLE call_legs ADD COLUMN trunk     TEXT;
ALTER TABLE call_legs ADD COLUMN phone     TEXT;    -- a telephone of the configuration
ALTER TABLE call_legs ADD COLUMN rang      BIGINT;  -- Unix milliseconds
ALTER TABLE call_legs ADD COLUMN codec     TEXT;
ALTER TABLE call_legs ADD COLUMN sent      BIGINT;  -- packets of sound
ALTER TABLE call_legs ADD COLUMN received  BIGINT;
ALTER TABLE call_legs ADD COLUMN lost      BIGINT;  -- of the far side's that never came
ALTER TABLE call_legs ADD COLUMN far_lost  BIGINT;  -- of ours, as the far side says
ALTER TABLE call_legs ADD COLUMN jitter    BIGINT;  -- of the far side's, in microseconds (RFC 3550)
ALTER TABLE call_legs ADD COLUMN mos       INTEGER; -- in hundredths, 100 to 450 (ITU-T G.107)
CREATE INDEX call_legs_by_trunk ON call_legs (trunk, started) WHERE trunk IS NOT NULL;

-- +goose Down
DROP INDEX call_legs_by_trunk;
ALTER TABLE call_legs DROP COLUMN mos;
ALTER TABLE call_legs DROP COLUMN jitter;
ALTER TABLE call_legs DROP COLUMN far_lost;
ALTER TABLE call_legs DROP COLUMN lost;
ALTER TABLE call_legs DROP COLUMN received;
ALTER TABLE call_legs DROP COLUMN sent;
ALTER TABLE call_legs DROP COLUMN codec;
ALTER TABLE call_legs DROP COLUMN rang;
ALTER TABLE call_legs DROP COLUMN phone;
ALTER TABLE call_legs DROP COLUMN trunk;
ALTER TABLE call_legs DROP COLUMN direction;
