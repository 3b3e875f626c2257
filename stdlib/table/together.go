package table

import (
	"context"
	"slices"
	"strings"
	"time"

	"rexian/stdlib/db"
)

// together is how many rows go to the database at once. One by one, each would wait for it six times: of a hundred
// thousand rows most of the time was that.
const together = 100

// turned is a row that becomes another: was is nil for one that is new, now for one that goes.
type turned struct{ key, was, now []any }

// marks are places of a statement for so many rows of values each.
func marks(rows, each int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", each), ", ") + ")"
	return strings.TrimSuffix(strings.Repeat(row+", ", rows), ", ")
}

// finds reads what the rows of these keys say, by their keys in writing. A key that is not there has none.
func (k *Kind) finds(ctx context.Context, q db.Queryer, keys [][]any) (map[string][]any, error) {
	found := make(map[string][]any, len(keys))
	query := `SELECT ` + texts(columnsOf(k.fields)) + ` FROM ` + k.table + ` WHERE ` + k.fields[k.by].column + ` IN `
	if k.fixed != "" {
		query = strings.Replace(query, " WHERE ", " WHERE "+strings.Replace(k.fixed, "=", " = ", 1)+" AND ", 1)
	}
	for chunk := range slices.Chunk(keys, together) {
		var by []any
		for _, key := range chunk {
			if !slices.Contains(by, key[k.by]) {
				by = append(by, key[k.by])
			}
		}
		var rows []cells
		if err := q.Select(ctx, &rows, query+marks(1, len(by)), by...); err != nil {
			return nil, err
		}
		for _, c := range rows {
			all, err := c.values(k.fields)
			if err != nil {
				return nil, err
			}
			found[text(all[:k.keys])] = all[k.keys:]
		}
	}
	return found, nil
}

// parents tells which of the first keys are those of taxpayers.
func (k *Kind) parents(ctx context.Context, q db.Queryer, keys [][]any) (map[any]bool, error) {
	there := map[any]bool{}
	for chunk := range slices.Chunk(keys, together) {
		var ids []any
		for _, key := range chunk {
			ids = append(ids, key[0])
		}
		var found []string
		if err := q.Select(ctx, &found, `SELECT tax_id FROM taxpayers WHERE tax_id IN `+marks(1, len(ids)),
			ids...); err != nil {
			return nil, err
		}
		for _, id := range found {
			there[id] = true
		}
	}
	return there, nil
}

// turn makes rows that are as was what now says. None is there twice.
func (k *Kind) turn(ctx context.Context, q db.Queryer, rows []turned, at time.Time) error {
	for chunk := range slices.Chunk(rows, together) {
		var put, gone []turned
		for _, x := range chunk {
			if x.now != nil {
				put = append(put, x)
			} else {
				gone = append(gone, x)
			}
		}
		if err := k.drop(ctx, q, gone); err != nil {
			return err
		}
		if err := k.put(ctx, q, put, at); err != nil {
			return err
		}
		if k.beside != nil {
			if err := k.beside(ctx, q, chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// put enters rows, or changes them.
func (k *Kind) put(ctx context.Context, q db.Queryer, rows []turned, at time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	says := columnsOf(k.fields[k.keys:])
	if k.stamp != "" {
		says = append(says, k.stamp)
	}
	now := func(x turned) []any {
		if k.stamp == "" {
			return x.now
		}
		return append(x.now[:len(x.now):len(x.now)], at.UnixMilli())
	}
	if k.update {
		for _, x := range rows {
			if _, err := q.Exec(ctx, `UPDATE `+k.table+` SET `+strings.Join(says, " = ?, ")+` = ? WHERE `+k.where(),
				slices.Concat(now(x), x.key)...); err != nil {
				return err
			}
		}
		return nil
	}
	names := columnsOf(k.fields[:k.keys])
	target := strings.Join(names, ", ")
	names = append(names, says...)
	list := marks(len(rows), len(names))
	if k.fixed != "" {
		column, value, _ := strings.Cut(k.fixed, "=")
		target, names, list = target+", "+column, append(names, column), strings.ReplaceAll(list, ")", ", "+value+")")
	}
	var change []string
	for _, c := range says {
		change = append(change, c+" = excluded."+c)
	}
	var args []any
	for _, x := range rows {
		args = append(append(args, x.key...), now(x)...)
	}
	_, err := q.Exec(ctx, `INSERT INTO `+k.table+` (`+strings.Join(names, ", ")+`) VALUES `+list+` ON CONFLICT (`+
		target+`) DO UPDATE SET `+strings.Join(change, ", "), args...)
	return err
}

// drop deletes rows.
func (k *Kind) drop(ctx context.Context, q db.Queryer, rows []turned) error {
	if len(rows) == 0 {
		return nil
	}
	var args []any
	for _, x := range rows {
		args = append(args, x.key...)
	}
	each := "(" + k.where() + ")"
	_, err := q.Exec(ctx, `DELETE FROM `+k.table+` WHERE `+each+strings.Repeat(" OR "+each, len(rows)-1), args...)
	return err
}

// notes writes down what rows were and became, so that it can be undone.
func (k *Kind) notes(ctx context.Context, q db.Queryer, batch string, rows []turned) error {
	for chunk := range slices.Chunk(rows, together) {
		var args []any
		for _, x := range chunk {
			args = append(args, batch, k.ID, text(x.key), text(x.was), text(x.now))
		}
		if _, err := q.Exec(ctx, `INSERT INTO import_rows (batch, kind, key, was, made) VALUES `+marks(len(chunk), 5),
			args...); err != nil {
			return err
		}
	}
	return nil
}
