// Package bulk puts many rows into a table with few statements: an import of a hundred thousand customers, the demo
// data.
package bulk

import (
	"context"
	"fmt"
	"math/bits"
	"strings"

	"rexian/stdlib/db"
)

// maxArgs bounds the arguments of one statement: SQLite takes 32,766 of them, PostgreSQL 65,535.
const maxArgs = 8000

// Insert inserts rows, each with the columns named in into ("INSERT INTO t (a, b)"), tail following the values
// ("ON CONFLICT DO NOTHING", or ""). Statements come in few lengths, so that they are prepared once.
// Within a transaction all rows come in or none.
func Insert(ctx context.Context, q db.Queryer, into, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	columns := len(rows[0])
	if columns == 0 || columns > maxArgs {
		return fmt.Errorf("bulk: rows of %d columns", columns)
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", columns), ", ") + ")"
	full := min(maxArgs/columns, 200)
	for len(rows) > 0 {
		n := full
		if len(rows) < full {
			n = 1 << (bits.Len(uint(len(rows))) - 1) // 200, then 128, 64 … 1
		}
		args := make([]any, 0, n*columns)
		for _, row := range rows[:n] {
			if len(row) != columns {
				return fmt.Errorf("bulk: a row of %d columns among rows of %d", len(row), columns)
			}
			args = append(args, row...)
		}
		query := into + " VALUES " + strings.TrimSuffix(strings.Repeat(one+", ", n), ", ") + " " + tail
		if _, err := q.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("bulk insert: %w", err)
		}
		rows = rows[n:]
	}
	return nil
}
