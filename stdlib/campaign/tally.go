package campaign

import (
	"context"
	"fmt"
)

// By is what the calls of a run are counted by.
type By string

// What calls are counted by. Class, office and tax are those of taxpayers: a call to who owes several taxes counts for
// each of them.
const (
	ByOutcome By = "outcome"
	ByHour    By = "hour" // hours since 1970 in UTC: who shows them knows the zone
	ByClass   By = "class"
	ByOffice  By = "office"
	ByTax     By = "tax"
)

// Tally is how many calls of a run have a key and ended so.
type Tally struct {
	Key      string `db:"key"`
	Outcome  string `db:"outcome"`
	Calls    int64  `db:"calls"`
	Promised int64  `db:"promised"` // of these, those in which a payment was promised
}

// tallies are the key and what is joined for it.
var tallies = map[By]struct{ key, from string }{
	ByOutcome: {"''", ""},
	ByHour:    {"CAST(a.begun_at / 3600000 AS TEXT)", ""},
	ByClass:   {"COALESCE(t.class, '')", " LEFT JOIN taxpayers t ON t.tax_id = d.tax_id"},
	ByOffice:  {"COALESCE(t.office, '')", " LEFT JOIN taxpayers t ON t.tax_id = d.tax_id"},
	ByTax: {"COALESCE(o.tax, '')",
		" LEFT JOIN (SELECT DISTINCT tax_id, tax FROM arrears) o ON o.tax_id = d.tax_id"},
}

// Tally counts the calls of a run that have ended.
func (s *Store) Tally(ctx context.Context, run string, by By) ([]Tally, error) {
	t, ok := tallies[by]
	if !ok {
		return nil, fmt.Errorf("calls are not counted by %q", by)
	}
	var list []Tally
	err := s.db.Select(ctx, &list, `SELECT `+t.key+` AS key, a.outcome, COUNT(*) AS calls, COUNT(d.promised) AS promised
		FROM campaign_attempts a LEFT JOIN dunning_results d ON d.call_id = a.call_id`+t.from+`
		WHERE a.run = ? AND a.ended_at > 0 GROUP BY 1, a.outcome ORDER BY 1, 3 DESC, a.outcome`, run)
	return list, err
}
