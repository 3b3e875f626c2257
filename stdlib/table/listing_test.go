package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rexian/stdlib/callback"
	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// read reads an exported CSV.
func read(t *testing.T, b []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := d.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// lines is how many rows TestTake has of a listing.
func lines(what string) int {
	if what == "tickets" {
		return 2
	}
	return 1
}

func TestTake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		exec(t, d, `INSERT INTO taxpayers (tax_id, name, class, office, phone, updated_at) VALUES (?, ?, ?, ?, ?, 0)`,
			"913701001000000409", "=测试公司", "企业", "历下", "13800138000")
		exec(t, d, `INSERT INTO arrears (tax_id, period, tax, amount, paid, due) VALUES (?, ?, ?, ?, ?, ?)`,
			"913701001000000409", 2026*12+8, "增值税", 1205, 5, 20738)
		exec(t, d,
			`INSERT INTO tickets (number, class, state, anonymous, phone, name, content, received_at, accept_by, limit_days, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 15, 0)`,
			"2026101201", "投诉", "received", 0, "13800138000", "张三", "多行\n\"内容\"", now.UnixMilli())
		exec(t, d,
			`INSERT INTO tickets (number, class, state, anonymous, phone, name, content, received_at, accept_by, limit_days, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 15, 0)`,
			"2026101202", "举报", "archived", 1, "13900139000", "李四", "不要透露", now.UnixMilli())
		exec(t, d,
			`INSERT INTO calls (id, node, boot, direction, caller, number, program, flow, lang, started) VALUES (?, 'n', 'b', 'in', ?, ?, 'h', ?, 'zh', ?)`,
			"call-1", "13800138000", "12366", "主流程", now.UnixMilli())
		exec(t, d,
			`INSERT INTO messages (id, dedupe, channel, recipient, body, notice, state, due_at, created_at, changed_at) VALUES ('m1', 'd', 'mail', ?, ?, ?, 'sent', 0, ?, ?)`,
			"zhangsan@example.com", "验证码 123456", 1, now.UnixMilli(), now.UnixMilli())
		exec(t, d,
			`INSERT INTO voicemails (recording, mailbox, phone, length, received_at, state, changed_at) VALUES ('r1', '留言', '13800138000', 63500, ?, 'new', 0)`, now.UnixMilli())
		exec(t, d,
			`INSERT INTO filter_entries (list, pattern, prefix, reason, expires_at, added_at, added_by) VALUES ('黑名单', '13800138000', 0, '骚扰', 0, ?, 'ops')`, now.UnixMilli())
		if _, err := customer.New(d).Put(ctx, customer.Customer{Name: "甲公司", Phone: "13800138000"}, now); err != nil {
			t.Fatal(err)
		}
		if err := callback.Open(d).Ask(ctx, callback.Callback{CallID: "call-1", Queue: "综合咨询",
			Number: "13800138000"}, now); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			what        string
			masked      []string // of the first row
			whole       []string
			english     string
			neverMasked string
		}{
			{"customers", []string{"甲公司", "138****8000"}, []string{"13800138000"}, "telephone", "13800138000"},
			{"callbacks", []string{"综合咨询", "138****8000", "2026-10-12 09:00:00", "预约回呼", "待回呼"},
				[]string{"13800138000"}, "waiting since", "13800138000"},
			{"taxpayers", []string{"913701********0409", "'=测试公司", "138****8000"}, []string{"913701001000000409"},
				"office", "13800138000"},
			{"arrears", []string{"913701********0409", "2026-09", "12.05", "0.05", "2026-10-12"},
				[]string{"913701001000000409"}, "period", "913701001000000409"},
			{"tickets", []string{"2026101201", "投诉", "否", "138****8000", "张*", "多行\n\"内容\"", "2026-10-12 09:00:00"},
				[]string{"张三"}, "content", "张三"},
			{"calls", []string{"call-1", "138****8000", "12366", "2026-10-12 09:00:00"}, []string{"13800138000"},
				"caller", "13800138000"},
			{"messages", []string{"z*******@example.com", "********"}, []string{"验证码 123456", "zhangsan@example.com"},
				"recipient", "123456"},
			{"voicemails", []string{"r1", "63.5", "138****8000"}, []string{"13800138000"}, "mailbox", "13800138000"},
			{"lists", []string{"黑名单", "138****8000", "否", "骚扰"}, []string{"13800138000"}, "reason", "13800138000"},
		} {
			t.Run(c.what, func(t *testing.T) {
				l, ok := FindListing(c.what)
				if zh, also := FindListing(l.Name.Zh); !ok || !also || zh.ID != l.ID {
					t.Fatal("the listing is not found by its names")
				}
				var masked, whole, book bytes.Buffer
				deed := Deed{Actor: "张三", File: "x.csv", Now: now}
				if n, err := Take(ctx, d, l, &masked, View{}, deed); n != lines(c.what) || err != nil {
					t.Fatal(n, err)
				}
				rows := read(t, masked.Bytes())
				for _, want := range c.masked {
					if !strings.Contains("|"+strings.Join(rows[1], "|")+"|", "|"+want+"|") {
						t.Errorf("masked, no %q in %q", want, rows[1])
					}
				}
				if strings.Contains(masked.String(), c.neverMasked) {
					t.Errorf("%q is not masked", c.neverMasked)
				}
				if _, err := Take(ctx, d, l, &whole, View{Whole: true}, deed); !errors.Is(err, ErrReason) {
					t.Errorf("whole without a reason: %v", err)
				}
				deed.Reason, deed.Now = "稽查\n2026-7", deed.Now.Add(1)
				if n, err := Take(ctx, d, l, &whole, View{Whole: true, English: true}, deed); n != lines(c.what) ||
					err != nil {
					t.Fatal(n, err)
				}
				for _, want := range append(c.whole, c.english) {
					if !strings.Contains(whole.String(), want) {
						t.Errorf("whole, no %q in\n%s", want, whole.String())
					}
				}
				if strings.Contains(whole.String(), "李四") || strings.Contains(whole.String(), "13900139000") {
					t.Error("who asked not to be named is named")
				}
				deed.Now = deed.Now.Add(1)
				if n, err := Take(ctx, d, l, &book, View{Format: XLSX}, deed); n != lines(c.what) || err != nil {
					t.Fatal(n, err)
				}
				f, err := excelize.OpenReader(&book)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if rows, err := f.GetRows("Sheet1"); err != nil || len(rows) != 1+lines(c.what) {
					t.Errorf("the workbook has %d rows, %v", len(rows), err)
				}
				if n := count(t, d, `SELECT COUNT(*) FROM exports WHERE what = ? AND rows_out = ?`, c.what,
					lines(c.what)); n != 3 {
					t.Errorf("%d exports are written down", n)
				}
				if n := count(t, d,
					`SELECT COUNT(*) FROM exports WHERE what = ? AND whole AND reason = ? AND actor = ?`, c.what,
					"稽查 2026-7", "张三"); n != 1 {
					t.Errorf("%d exports of whole numbers are written down with their reason", n)
				}
				exec(t, d, `DELETE FROM exports`)
			})
		}
	})
}

// TestTakePages exports more rows than a page holds, of a table whose key has several columns: each row once, in order.
func TestTakePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		exec(t, d,
			`INSERT INTO taxpayers (tax_id, name, class, office, updated_at) VALUES ('913701001000000409', 'x', '企业', '', 0)`)
		const rows = 2*page + 1
		err := d.Tx(t.Context(), func(tx *db.Tx) error {
			for i := range rows {
				if _, err := tx.Exec(t.Context(),
					`INSERT INTO arrears (tax_id, period, tax, amount, due) VALUES ('913701001000000409', ?, ?, ?, 0)`,
					i/3, "税"+string(rune('a'+i%3)), i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		l, _ := FindListing("arrears")
		if n, err := Take(t.Context(), d, l, &out, View{}, Deed{Now: now}); n != rows || err != nil {
			t.Fatal(n, err)
		}
		seen := map[string]bool{}
		for _, r := range read(t, out.Bytes())[1:] {
			seen[r[1]+r[2]] = true
		}
		if len(seen) != rows {
			t.Errorf("%d different rows of %d", len(seen), rows)
		}
	})
}
