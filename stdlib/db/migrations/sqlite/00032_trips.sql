-- Trips of field units to what tickets are about, and each step of a trip. eta and moments are Unix milliseconds, 0 for none.
-- +goose Up
CREATE TABLE trips (
    ticket     TEXT    NOT NULL REFERENCES tickets (number) ON DELETE CASCADE,
    trip       INTEGER NOT NULL,             -- counts the ticket's
    unit       TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    place      TEXT    NOT NULL,             -- where to; on the way where it is
    eta        INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (ticket, trip)
) STRICT;
CREATE INDEX trips_unit ON trips (unit, state);

CREATE TABLE trip_events (
    ticket     TEXT    NOT NULL,
    trip       INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    was        TEXT    NOT NULL,
    became     TEXT    NOT NULL,
    place      TEXT    NOT NULL,
    eta        INTEGER NOT NULL,
    note       TEXT    NOT NULL,
    PRIMARY KEY (ticket, trip, seq),
    FOREIGN KEY (ticket, trip) REFERENCES trips (ticket, trip) ON DELETE CASCADE
) STRICT;

-- +goose Down
DROP TABLE trip_events;
DROP TABLE trips;
