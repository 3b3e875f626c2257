package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"rexian/runtime/campaign"
	"rexian/runtime/exchange"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/dunning"
	"rexian/stdlib/fn"
)

// TestCallsAreCounted by outcome, hour, class, office and tax; every attempt at a taxpayer has its result in dunning,
// and a promise stays what it is.
func TestCallsAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, declared("催缴", "并发 6路 最多 1次"))
		o.targets = numbers(6)
		for i, id := range identities {
			office := []string{"一所", "二所"}[i%2]
			if _, err := d.Exec(t.Context(), `INSERT INTO taxpayers (tax_id, name, class, office, phone, updated_at)
				VALUES (?, ?, '企业', ?, ?, 0)`, id, id, office, o.targets[i]); err != nil {
				t.Fatal(err)
			}
			for _, tax := range []string{"增值税", "消费税"}[:1+i%2] {
				if _, err := d.Exec(t.Context(), `INSERT INTO arrears (tax_id, period, tax, amount, paid, due)
					VALUES (?, 24312, ?, 100, 0, 19000)`, id, tax); err != nil {
					t.Fatal(err)
				}
			}
		}
		o.ids = identities
		results := dunning.New(d, nil)
		o.place = func(_ context.Context, out exchange.Outgoing) (exchange.Ended, error) {
			switch i := number(out.To); i {
			case 0, 1, 2:
				return exchange.Ended{Outcome: "busy", SIP: 486}, nil
			case 3:
				day := int64(25000)
				if err := results.Enter(t.Context(), fn.Caller{CallID: out.ID, Now: time.Now()}, identities[3],
					dunning.Promised, &day); err != nil {
					t.Error(err)
				}
			}
			return answered(time.Minute), nil
		}
		e := o.node("a", "1")
		start(t, e, "催缴")
		status(t, e, "催缴", func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done })
		for by, want := range map[store.By]string{
			store.ByOutcome: " 6/3/1", store.ByHour: "10 6/3/1", store.ByClass: "企业 6/3/1",
			store.ByOffice: "一所 3/1/0 二所 3/2/1", store.ByTax: "增值税 6/3/1 消费税 3/2/1",
		} {
			groups, err := e.Tally(t.Context(), "催缴", by)
			got := map[string]string{}
			line := ""
			for _, g := range groups {
				got[g.Key] = fmt.Sprintf("%s %d/%d/%d", g.Key, g.Calls, g.Answered, g.Promised)
			}
			for _, k := range []string{"", "10", "企业", "一所", "二所", "增值税", "消费税"} {
				if s, ok := got[k]; ok {
					if line != "" {
						line += " "
					}
					line += s
				}
			}
			if err != nil || line != want {
				t.Errorf("%s: %q, want %q, %v", by, line, want, err)
			}
		}
		for i, want := range []string{"占线", "占线", "占线", dunning.Promised, dunning.Talked, dunning.Talked} {
			if r, err := results.Last(t.Context(), identities[i]); err != nil || r.Result != want {
				t.Errorf("the result of %d is %+v, %v", i, r, err)
			}
		}
	})
}

// identities are numbers of taxpayers with true check characters.
var identities = []string{"91370100000000000R", "91370100000000019N", "91370100000000027H",
	"91370100000000035C", "913701000000000437", "913701000000000512"}

// TestASampleHasStrata: a run keeps how its sample was drawn, each stratum has its part, and a sample that cannot be
// drawn so starts nothing.
func TestASampleHasStrata(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t), declared("催缴", "并发 1路 抽样 20%")+declared("全部", "并发 1路"))
	o.targets = numbers(20)
	o.place = func(context.Context, exchange.Outgoing) (exchange.Ended, error) {
		return exchange.Ended{Outcome: "refused", SIP: 603}, nil
	}
	e := o.node("a", "1")
	for _, bad := range []campaign.Order{{Campaign: "催缴", Method: "stratified"},
		{Campaign: "催缴", Method: "stratified", Strata: "没有"}, {Campaign: "催缴", Method: "x"},
		{Campaign: "催缴", Strata: "office"}, {Campaign: "全部", Method: "systematic"}} {
		if _, err := e.Start(t.Context(), bad); !errors.Is(err, campaign.ErrSample) {
			t.Errorf("%+v starts: %v", bad, err)
		}
	}
	run, err := e.Start(t.Context(), campaign.Order{Campaign: "催缴", Method: "stratified", Strata: "主管税务机关"})
	if err != nil || run.Method != "stratified" || run.Strata != "主管税务机关" {
		t.Fatalf("%+v, %v", run, err)
	}
	s := status(t, e, "催缴", func(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done })
	if s.Called != 4 || o.calls() != 4 {
		t.Errorf("%d are called, by %d calls", s.Called, o.calls())
	}
}
