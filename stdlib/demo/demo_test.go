package demo

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"rexian/compiler/ident"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/filing"
	"rexian/stdlib/filter"
	"rexian/stdlib/fn"
	"rexian/stdlib/invoice"
	"rexian/stdlib/taxpayer"
	"rexian/stdlib/ticket"
)

func TestNumbers(t *testing.T) {
	g := generate(Taxpayers)
	if len(g.ids) != Taxpayers {
		t.Fatalf("%d taxpayers", len(g.ids))
	}
	unique := map[string]bool{}
	for _, row := range g.numbers {
		number := row[0].(string)
		if _, kind, fault := ident.TaxpayerID(number); fault != ident.OK || kind != ident.Unified &&
			kind != ident.Organisation {
			t.Fatalf("%s: %v %s", number, fault, kind)
		}
		if unique[number] {
			t.Fatalf("%s stands twice", number)
		}
		unique[number] = true
	}
	for i, phone := range g.mobiles {
		if !ident.IsMobile(phone) || i > 0 && phone[:3] != "154" {
			t.Fatalf("the telephone %s", phone)
		}
	}
	again := generate(Taxpayers)
	if !slices.Equal(g.ids, again.ids) ||
		fmt.Sprint(g.arrears, g.filings, g.invoices, g.customers, g.refunds) != fmt.Sprint(again.arrears, again.filings,
			again.invoices, again.customers, again.refunds) {
		t.Error("the demo is not the same each time")
	}
}

func TestLoad(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		begun, last := time.Now(), 0
		err := Load(ctx, d, loaded, func(done, total int) {
			if done != last+1 || total != steps {
				t.Errorf("progress %d of %d", done, total)
			}
			last = done
		})
		if err != nil || last != steps {
			t.Fatal(last, err)
		}
		t.Logf("loaded in %s", time.Since(begun))
		counts := func() string {
			s := ""
			for _, table := range []string{"taxpayers", "taxpayer_numbers", "duties", "filings", "arrears", "customers",
				"invoices", "refunds", "tickets", "ticket_events", "notices", "documents", "filter_entries"} {
				var n int
				if err := d.Get(ctx, &n, `SELECT COUNT(*) FROM `+table); err != nil {
					t.Fatal(err)
				}
				s += fmt.Sprintf("%s %d, ", table, n)
			}
			return s
		}
		first := counts()
		t.Log(first)
		if err := Load(ctx, d, loaded, nil); err != nil {
			t.Errorf("loaded again: %v", err)
		}
		if again := counts(); again != first {
			t.Errorf("loaded again there are %s, not %s", again, first)
		}

		// What the manuals speak of.
		call := fn.Caller{CallID: "c1", Phone: Phone, Now: Now}
		tp := taxpayer.New(d, taxpayer.Options{})
		who, err := tp.Verify(ctx, call, ID, PIN)
		if err != nil || who.Name != "测试公司" || who.Phone != Phone {
			t.Errorf("%+v, %v", who, err)
		}
		list, err := tp.Arrears(ctx, ID, tp.Today(Now))
		if err != nil || len(list) != 1 || list[0].Amount != 120_050 || list[0].Tax != "增值税" ||
			list[0].Period != lastFiled || list[0].Due.String() != "2026-09-15" || list[0].LateFee != 1621 {
			t.Errorf("%+v, %v", list, err)
		}
		overdue, err := tp.Overdue(ctx, 1, tp.Today(Now))
		if err != nil || len(overdue) < loaded/20 {
			t.Errorf("%d overdue, %v", len(overdue), err)
		}
		f := filing.New(d, filing.Options{})
		if p, err := f.Previous(ctx, ID, lastFiled+1, Now); err != nil || p.Last == nil || p.Last.Sales != 12_005_000 {
			t.Errorf("%+v, %v", p, err)
		}
		if i, err := invoice.New(d, invoice.Options{}).Check(ctx, call, "26370000000000000001", tp.Today(Now)-2,
			11_300); err != nil || i.Buyer != "测试公司" {
			t.Errorf("%+v, %v", i, err)
		}
		if black, err := filter.New(d, filter.Options{}).In(ctx, filter.Black, "15499999999", Now); err != nil ||
			!black {
			t.Errorf("blacklisted: %v, %v", black, err)
		}
		var number string
		if err := d.Get(ctx, &number, `SELECT number FROM tickets WHERE phone = ? AND call_id = 'demo-000'`,
			Phone); err != nil {
			t.Fatal(err)
		}
		s := ticket.New(d, ticket.Options{})
		if x, err := s.Own(ctx, number, Phone); err != nil || x.State != ticket.Processing {
			t.Errorf("%+v, %v", x, err)
		}
		if _, err := s.Own(ctx, number, "15400000001"); !errors.Is(err, fn.Outcome("not_allowed")) {
			t.Errorf("another asks for the ticket: %v", err)
		}
	})
}
