package call

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/stdlib/db"
)

// What came of asking a caller to rate a talk with an agent.
const (
	Rated      = "rated"       // with a score
	NoInput    = "no_input"    // asked, and said nothing
	HungUp     = "hung_up"     // hung up while being asked
	NotInvited = "not_invited" // was not asked
)

// Rating is what came of asking the caller to rate one talk with an agent.
type Rating struct {
	Talk         int // the call's own count of its talks with agents, from 1
	At           time.Time
	Agent, Queue string
	Rating       string
	Score        int // of Rated
}

// Rating writes what came of asking; once for each talk.
func (r *Recorder) Rating(id string, x Rating) {
	r.put(record{K: rating, Call: id, Seq: int64(x.Talk), At: ms(x.At), Agent: x.Agent, Name: x.Queue, Rating: x.Rating,
		Score: x.Score})
}

// Ratings counts the talks of one agent or queue.
type Ratings struct {
	Name       string `db:"name"`
	Rated      int64  `db:"rated"`
	NoInput    int64  `db:"no_input"`
	HungUp     int64  `db:"hung_up"`
	NotInvited int64  `db:"not_invited"`
	Sum        int64  `db:"total"` // of the scores of Rated
}

// ErrBy is for ratings that are counted neither by agent nor by queue.
var ErrBy = errors.New("ratings are counted by agent or queue")

// CountRatings counts the talks of a part of the office that began between two moments, by agent or queue.
func CountRatings(ctx context.Context, q db.Queryer, by string, of Within, from, to time.Time) ([]Ratings, error) {
	if by != "agent" && by != "queue" {
		return nil, ErrBy
	}
	query, args := `SELECT `+by+` AS name,
		SUM(CASE WHEN rating = 'rated' THEN 1 ELSE 0 END) AS rated,
		SUM(CASE WHEN rating = 'no_input' THEN 1 ELSE 0 END) AS no_input,
		SUM(CASE WHEN rating = 'hung_up' THEN 1 ELSE 0 END) AS hung_up,
		SUM(CASE WHEN rating = 'not_invited' THEN 1 ELSE 0 END) AS not_invited,
		CAST(SUM(score) AS BIGINT) AS total
		FROM ratings WHERE at >= ? AND at < ?`, []any{from.UnixMilli(), to.UnixMilli()}
	if len(of.Queues) > 0 {
		query, args = query+` AND queue IN (?)`, append(args, of.Queues)
	}
	if of.Teams {
		query, args = query+` AND agent IN (?)`, append(args, append([]string{""}, of.Agents...)) // "" is no agent's
	}
	query, args, err := db.In(query+` GROUP BY `+by+` ORDER BY `+by+q.Engine().ByteOrder(), args...)
	list := []Ratings{}
	if err == nil {
		err = q.Select(ctx, &list, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("count the ratings: %w", err)
	}
	return list, nil
}
