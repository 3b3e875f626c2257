package table

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/compiler/table"
	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// record is a good row of the bureau's data. A value that the file does not say is nil: it stays as it is.
type record struct {
	at          int
	key, values []any // texts and int64
}

// ImportKind brings the bureau's data in, as Import does customers: all rows are judged before any is written, a row
// that is there already is changed, and what was written can be undone. remove takes away what the file does not have;
// with a row that has a fault nothing is taken away.
func ImportKind(ctx context.Context, d *db.DB, k *Kind, name string, file []byte, remove bool, o Options) (*Report,
	error) {
	if o.Batch = intake.Line(o.Batch, 100); o.Batch == "" {
		o.Batch = k.ID + "-" + o.Now.UTC().Format("20060102-150405.000")
	}
	j := &judge{Report: &Report{Batch: o.Batch, DryRun: o.DryRun}, o: o, seen: map[string]int{}, kind: k}
	if err := j.read(name, file); err != nil {
		return j.Report, err
	}
	w := &kindWriter{judge: j, d: d, late: map[int]diag.Text{}}
	err := w.write(ctx, name, remove)
	if err == nil {
		err = w.rejectLate(name, file)
	}
	return j.Report, err
}

// fieldOf finds the field that a header names, -1 if none does.
func (k *Kind) fieldOf(header string) int {
	return slices.IndexFunc(k.fields, func(f field) bool { return named(header, f.name, f.other) })
}

// lacks names the fields that a file must have and has not.
func (k *Kind) lacks(where []int) (missing diag.Text) {
	for i, f := range k.fields {
		if f.need && where[i] == 0 {
			if missing.Zh != "" {
				missing.Zh, missing.En = missing.Zh+"、", missing.En+", "
			}
			missing.Zh, missing.En = missing.Zh+f.name.Zh, missing.En+f.name.En
		}
	}
	return missing
}

// record reads one row; what is wrong with it is noted.
func (j *judge) record(r table.Row) (x record) {
	x.at = r.Number
	for i, f := range j.kind.fields {
		var v any
		if at := j.where[i]; at > 0 {
			cell := r.Cells[at-1]
			if cell.Text = defused(cell.Text); cell.Text != "" || cell.Stored != "" {
				var reason diag.Text
				if v, reason = valueOf(f, cell); reason == (diag.Text{}) && f.check != nil {
					v, reason = f.check(v)
				} else if f.secret && reason != (diag.Text{}) {
					reason = pinReason
				}
				if reason != (diag.Text{}) {
					j.wrong(cell.Row, cell.Col, f.name.Zh, reason)
					continue
				}
			}
		}
		if v == nil && f.need {
			j.wrong(r.Number, max(j.where[i], 0), f.name.Zh, diag.Text{Zh: "不能空着", En: "it must not be blank"})
			continue
		}
		if i < j.kind.keys {
			x.key = append(x.key, v)
		} else {
			x.values = append(x.values, v)
		}
	}
	if j.kind.whole != nil && len(j.reasons) == 0 {
		if reason := j.kind.whole(x.key, x.values); reason != (diag.Text{}) {
			j.wrong(r.Number, 0, "", reason)
		}
	}
	return x
}

// valueOf is a cell as a value of a field.
func valueOf(f field, cell table.Cell) (any, diag.Text) {
	v, err := cell.Value(table.Column{Kind: f.kind})
	if e := (*table.CellError)(nil); errors.As(err, &e) {
		return nil, cellReason(e)
	}
	switch f.kind {
	case table.TaxpayerID:
		id, valid := intake.TaxpayerID(v.S)
		if !valid {
			return nil, diag.Text{Zh: "识别号的校验位不对，请核对", En: "a check character of the number does not fit"}
		}
		return id, diag.Text{}
	case table.Phone:
		return intake.Phone(v.S), diag.Text{}
	case table.Digits:
		return v.S, diag.Text{}
	case table.Text:
		if len([]rune(v.S)) > intake.MaxName {
			return nil, diag.Text{Zh: fmt.Sprintf("太长：最多%d个字", intake.MaxName),
				En: fmt.Sprintf("too long: %d characters at most", intake.MaxName)}
		}
		return intake.Line(v.S, intake.MaxName), diag.Text{}
	case table.Money:
		if v.N < 0 || !intake.Fen(v.N) {
			return nil, diag.Text{Zh: "金额不能是负数，也不能超过一万亿元", En: "an amount is neither negative nor a million million"}
		}
	}
	return v.N, diag.Text{}
}

// kindWriter writes the good rows of a file.
type kindWriter struct {
	*judge
	d    *db.DB
	late map[int]diag.Text // rows that met a fault in the database
}

func (w *kindWriter) write(ctx context.Context, name string, remove bool) (err error) {
	if !w.o.DryRun {
		if err := db.Changed(w.d.Exec(ctx, `INSERT INTO imports (batch, file, actor, rows_read, added, changed, started_at)
			VALUES (?, ?, ?, ?, 0, 0, ?) ON CONFLICT DO NOTHING`, w.o.Batch, intake.Line(name, intake.MaxName),
			intake.Line(w.o.Actor, intake.MaxName), w.Rows, w.o.Now.UnixMilli())); err != nil {
			return fmt.Errorf("begin the import %s: %w", w.o.Batch, err)
		}
	}
	work := w.records
	if remove && w.Faulty == 0 {
		gone, err := w.gone(ctx)
		if err != nil {
			return err
		}
		work = append(work, gone...)
	}
	done, grown := 0, growth{tables: append([]string{w.kind.table, "import_rows"}, w.kind.others...)}
	for chunk := range slices.Chunk(work, part) {
		if err := w.ready(ctx, chunk); err != nil {
			if !w.o.DryRun {
				kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
				defer cancel()
				_, _, undo := Undo(kept, w.d, w.o.Batch, w.o.Now)
				err = errors.Join(err, undo)
			}
			return fmt.Errorf("import: %w", err)
		}
		if !w.o.DryRun {
			grown.to(ctx, w.d, w.Added)
		}
		if done += len(chunk); w.o.Progress != nil {
			w.o.Progress(done, len(work))
		}
	}
	if w.o.DryRun {
		return nil
	}
	_, err = w.d.Exec(ctx, `UPDATE imports SET added = ?, changed = ? WHERE batch = ?`, w.Added, w.Changed+w.Removed,
		w.o.Batch)
	return err
}

// ready settles what takes long, and writes some rows.
func (w *kindWriter) ready(ctx context.Context, rows []record) error {
	if w.kind.prepare != nil && !w.o.DryRun {
		if err := w.kind.prepare(ctx, w.d, w.kind, rows); err != nil {
			return err
		}
	}
	return w.part(ctx, rows)
}

// gone are the rows that are there and that the file does not have: their values are nil.
func (w *kindWriter) gone(ctx context.Context) ([]record, error) {
	keys, err := w.kind.all(ctx, w.d)
	if err != nil {
		return nil, err
	}
	var list []record
	for _, key := range keys {
		if w.seen[text(key)] == 0 {
			list = append(list, record{key: key})
		}
	}
	return list, nil
}

// part writes some rows in one transaction, or only looks.
func (w *kindWriter) part(ctx context.Context, rows []record) error {
	var added, changed, same, removed int
	var late map[int]diag.Text
	keys := make([][]any, len(rows))
	for i, x := range rows {
		keys[i] = x.key
	}
	work := func(q db.Queryer) error {
		added, changed, same, removed, late = 0, 0, 0, 0, map[int]diag.Text{} // a transaction may run twice
		var list []turned
		found, err := w.kind.finds(ctx, q, keys)
		if err != nil {
			return err
		}
		var parents map[any]bool
		if w.kind.parent {
			if parents, err = w.kind.parents(ctx, q, keys); err != nil {
				return err
			}
		}
		for _, x := range rows {
			was, there := found[text(x.key)]
			if x.values == nil {
				removed++
				list = append(list, turned{x.key, was, nil})
				continue
			}
			if reason := w.refused(there, !w.kind.parent || parents[x.key[0]]); reason != (diag.Text{}) {
				late[x.at] = reason
				continue
			}
			if !there {
				was = w.kind.blank()
			}
			now := merged(was, x.values)
			switch {
			case there && (w.o.Policy == Skip || text(was) == text(now)):
				same++
				continue
			case there:
				changed++
			default:
				added, was = added+1, nil
			}
			list = append(list, turned{x.key, was, now})
		}
		if w.o.DryRun {
			return nil
		}
		if err := w.kind.notes(ctx, q, w.o.Batch, list); err != nil {
			return err
		}
		return w.kind.turn(ctx, q, list, w.o.Now)
	}
	var err error
	if w.o.DryRun {
		err = work(w.d)
	} else {
		err = w.d.Tx(ctx, func(tx *db.Tx) error { return work(tx) })
	}
	if err != nil {
		return err
	}
	w.Added, w.Changed, w.Same, w.Removed = w.Added+added, w.Changed+changed, w.Same+same, w.Removed+removed
	for at, reason := range late {
		w.Faulty++
		w.fault(at, 0, "", reason)
		w.late[at] = reason
	}
	return nil
}

// refused says why a good row cannot be written: what it belongs to is not there, or it is there already and may not
// be.
func (w *kindWriter) refused(there, parent bool) diag.Text {
	switch {
	case there && w.o.Policy == Refuse:
		return diag.Text{Zh: "已经有了", En: "it is there already"}
	case !there && !parent:
		return diag.Text{Zh: "没有这个税号的纳税人，先导入纳税人", En: "there is no such taxpayer: import the taxpayers first"}
	}
	return diag.Text{}
}

// merged is a row with what the file says of it; was is blank for a new one.
func merged(was, says []any) []any {
	now := slices.Clone(says)
	for i, v := range says {
		if v == nil {
			now[i] = was[i]
		}
	}
	return now
}

// text is a list of values in writing, "" for none.
func text(list []any) string {
	if list == nil {
		return ""
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // of texts and numbers
	}
	return string(b)
}

// values reads what text wrote.
func values(s string) (list []any, err error) {
	if s == "" {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.UseNumber()
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	for i, v := range list {
		if n, ok := v.(json.Number); ok {
			if list[i], err = n.Int64(); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// rejectLate writes the rows that were good until they met the database.
func (w *kindWriter) rejectLate(name string, file []byte) error {
	if len(w.late) == 0 || w.o.Rejects == nil {
		return nil
	}
	table.Scan(name, file, func(s *table.Sheet, r table.Row) bool {
		if reason, ok := w.late[r.Number]; ok {
			w.err = w.reject(s, r, []diag.Text{reason})
		}
		return w.err == nil
	})
	if w.err == nil {
		w.err = w.rejects.end()
	}
	return w.err
}

// written is a row of the bureau's data that an import has written.
type written struct {
	Kind string `db:"kind"`
	Key  string `db:"key"`
	Was  string `db:"was"`
	Made string `db:"made"`
}

// undoKinds takes the rows of the bureau's data back that an import has written: a row that was changed since stays.
func undoKinds(ctx context.Context, d *db.DB, batch string, now time.Time) (undone, kept int, err error) {
	last := written{}
	for {
		var rows []written
		if err := d.Select(ctx, &rows, `SELECT kind, key, was, made FROM import_rows WHERE batch = ?
			AND (kind > ? OR kind = ? AND key > ?) ORDER BY kind, key LIMIT ?`, batch, last.Kind, last.Kind, last.Key,
			part); err != nil || len(rows) == 0 {
			return undone, kept, err
		}
		restored := 0
		err := d.Tx(ctx, func(tx *db.Tx) error {
			restored = 0
			for _, id := range kindsOf(rows) {
				n, err := restoreRows(ctx, tx, id, rows, now)
				if err != nil {
					return err
				}
				restored += n
			}
			return nil
		})
		if err != nil {
			return undone, kept, err
		}
		undone, kept, last = undone+restored, kept+len(rows)-restored, rows[len(rows)-1]
	}
}

// kindsOf are the kinds of rows that are sorted by them.
func kindsOf(rows []written) (ids []string) {
	for _, x := range rows {
		ids = append(ids, x.Kind)
	}
	return slices.Compact(ids)
}

// restoreRows makes the rows of a kind what they were, but for those that are not any more what the import made of
// them. It tells how many.
func restoreRows(ctx context.Context, tx *db.Tx, id string, rows []written, now time.Time) (int, error) {
	k, ok := FindKind(id)
	if !ok {
		return 0, fmt.Errorf("what %s was cannot be read", id)
	}
	var keys [][]any
	var back []turned
	made := map[string]string{}
	for _, x := range rows {
		if x.Kind != id {
			continue
		}
		key, err := values(x.Key)
		was, err2 := values(x.Was)
		into, err3 := values(x.Made)
		if err = errors.Join(err, err2, err3); err != nil {
			return 0, errors.Join(fmt.Errorf("what %s %s was cannot be read", x.Kind, x.Key), err)
		}
		keys, back = append(keys, key), append(back, turned{key, into, was})
		made[text(key)] = text(into)
	}
	found, err := k.finds(ctx, tx, keys)
	if err != nil {
		return 0, err
	}
	back = slices.DeleteFunc(back, func(x turned) bool { return text(found[text(x.key)]) != made[text(x.key)] })
	return len(back), k.turn(ctx, tx, back, now)
}
