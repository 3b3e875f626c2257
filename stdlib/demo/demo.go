// Package demo is a tax bureau that does not exist: ten thousand taxpayers with what they file, owe and complain of,
// the same each time it is loaded, to try everything on.
//
// Nobody is in it. Numbers have valid check digits and are drawn by chance; telephones begin with 154, which no Chinese
// operator has, so that a campaign started by mistake reaches nobody; only the first taxpayer has the well-known
// 13800138000. It is dated: periods up to August 2026 are filed, later ones are open.
//
// The first two hundred have the PIN 123456, hashed at a low cost (DemoHash), for ten thousand hashes of full cost
// would take minutes; the others have none, as in a bureau where most never asked for one.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"rexian/compiler/hours"
	"rexian/stdlib/bulk"
	"rexian/stdlib/calendar"
	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// Taxpayers is how many there are unless fewer are wished, Fewest how few there can be, WithPIN how many of them have a
// PIN.
const Taxpayers, Fewest, WithPIN = 10_000, 1_000, 200

// The first taxpayer, whom the manuals speak of.
const (
	ID    = "913701001000000409"
	PIN   = "123456"
	Phone = "13800138000"
)

// DemoHash is the cost of the demo's PINs: one pass over 1 MiB.
var DemoHash = pin.Hash{Time: 1, Memory: 1 << 10}

// Now is the moment of which the data tell: the morning of 12 October 2026 in China.
var Now = time.Date(2026, 10, 12, 9, 0, 0, 0, time.FixedZone("", 8*3600))

// lastFiled is the last month that is filed: August 2026.
const lastFiled = 2026*12 + 7

// steps is how many steps Load has.
const steps = 10

// Load loads the demo with so many taxpayers, at least Fewest, into a migrated database. Loaded again it adds what is
// missing and changes nothing. progress, if not nil, is told how many of all steps are done.
func Load(ctx context.Context, d *db.DB, taxpayers int, progress func(done, total int)) error {
	if progress == nil {
		progress = func(int, int) {}
	}
	g := generate(taxpayers)
	done := 0
	step := func(name string, f func() error) error {
		if err := f(); err != nil {
			return fmt.Errorf("load the demo's %s: %w", name, err)
		}
		done++
		progress(done, steps)
		return nil
	}
	table := func(name, into string, rows [][]any) func() error {
		return func() error {
			// Parts, so that calls that write meanwhile wait no longer than one of them.
			for len(rows) > 0 {
				n := min(len(rows), 5000)
				if err := d.Tx(ctx, func(tx *db.Tx) error {
					return bulk.Insert(ctx, tx, "INSERT INTO "+into, "ON CONFLICT DO NOTHING", rows[:n])
				}); err != nil {
					return err
				}
				rows = rows[n:]
			}
			return nil
		}
	}
	for _, t := range []struct {
		name, into string
		rows       [][]any
	}{
		{"taxpayers", "taxpayers (tax_id, name, class, office, phone, pin_hash, batch, updated_at)", g.taxpayers},
		{"numbers", "taxpayer_numbers (number, keyed, tax_id)", g.numbers},
		{"telephones", "taxpayer_phones (phone, tax_id)", g.phones},
		{"duties", "duties (tax_id, tax, cycle, since, until, by_phone, rate)", g.duties},
		{"filings", "filings (tax_id, period, tax, sales, tax_due, state, receipt, filed_at, call_id, version)",
			g.filings},
		{"arrears", "arrears (tax_id, period, tax, amount, paid, due)", g.arrears},
		{"customers", "customers (" + customer.Columns + ")", g.customers},
		{"customers' telephones", "customer_phones (phone, customer)", g.customerPhones},
		{"invoices and refunds", "invoices (number, seller, buyer, amount, issued, status)", g.invoices},
	} {
		if err := step(t.name, table(t.name, t.into, t.rows)); err != nil {
			return err
		}
	}
	if err := table("refunds", "refunds (number, tax_id, applied, tax, amount, step, done)", g.refunds)(); err != nil {
		return fmt.Errorf("load the demo's refunds: %w", err)
	}
	return step("tickets, notices and documents", func() error { return papers(ctx, d, g) })
}

// data are the rows of the demo by table.
type data struct {
	r *rand.Rand

	ids, names, mobiles                                                     []string
	taxpayers, numbers, phones, duties, filings, arrears, invoices, refunds [][]any
	customers, customerPhones                                               [][]any
}

var offices = []struct{ region, name, address string }{
	{"370102", "历下区税务局", "济南市历下区"}, {"370103", "市中区税务局", "济南市市中区"}, {"370104", "槐荫区税务局", "济南市槐荫区"},
	{"370105", "天桥区税务局", "济南市天桥区"},
	{"370112", "历城区税务局", "济南市历城区"}, {"370113", "长清区税务局", "济南市长清区"}, {"370114", "章丘区税务局", "济南市章丘区"},
	{"370202", "市南区税务局", "青岛市市南区"},
	{"370203", "市北区税务局", "青岛市市北区"}, {"370602", "芝罘区税务局", "烟台市芝罘区"}, {"370702", "潍城区税务局", "潍坊市潍城区"},
	{"370802", "任城区税务局", "济宁市任城区"},
}

var (
	heads = []string{"华", "鲁", "泰", "中", "东", "新", "金", "瑞", "恒", "盛", "博", "宏", "嘉", "安", "信", "远", "明", "德", "天",
		"海"}
	tails = []string{"达", "通", "源", "丰", "兴", "泽", "润", "元", "科", "成", "和", "隆", "昌", "利", "辰", "宇", "康", "捷", "诚",
		"翔"}
	businesses = []string{"商贸", "机械", "科技", "物流", "餐饮", "建材", "食品", "服装", "电子", "化工", "文化传媒", "软件", "园林", "医疗器械",
		"汽车配件"}
)

// generate makes the rows; the same each time but the salts of the PINs.
func generate(taxpayers int) *data {
	g := &data{r: rand.New(rand.NewPCG(12366, 2026))}
	seen := map[string]bool{ID: true}
	for i := range taxpayers {
		office := offices[g.r.IntN(len(offices))]
		id, old, trader := ID, "", false
		name, phone, class := "测试公司", Phone, "小规模纳税人"
		if i > 0 {
			trader = g.r.IntN(5) == 0
			for id = ID; seen[id]; {
				id, old = g.number(office.region, trader)
			}
			seen[id] = true
			name, phone = g.name(office.address, trader), fmt.Sprintf("154%08d", i)
			class = []string{"小规模纳税人", "小规模纳税人", "一般纳税人"}[g.r.IntN(3)]
			if trader {
				class = "个体工商户"
			}
		} else {
			office = offices[0]
		}
		hash := ""
		if i < WithPIN {
			hash = DemoHash.Of(PIN)
		}
		g.ids, g.names, g.mobiles = append(g.ids, id), append(g.names, name), append(g.mobiles, phone)
		g.taxpayers = append(g.taxpayers, []any{id, name, class, office.name, phone, hash, "demo", Now.UnixMilli()})
		g.numbers = append(g.numbers, []any{id, intake.Keyed(id), id})
		if old != "" && !seen[old] && g.r.IntN(6) == 0 {
			seen[old] = true
			g.numbers = append(g.numbers, []any{old, intake.Keyed(old), id})
		}
		g.phones = append(g.phones, []any{phone, id})
		if i%50 == 49 { // an accountant who keeps the books of several
			g.phones = append(g.phones, []any{g.mobiles[i-1], id})
		}
		address := fmt.Sprintf("%s%s路%d号", office.address, heads[g.r.IntN(len(heads))]+tails[g.r.IntN(len(tails))],
			1+g.r.IntN(300))
		c := customer.Customer{ID: customer.IDOf(id, name, phone), Name: name, TaxID: id, Class: "单位", Phone: phone,
			Address: address, Region: office.address[len("济南市"):], Batch: "demo", UpdatedAt: Now.UnixMilli()}
		if i%400 == 1 {
			c.Class = "VIP"
		}
		g.customers = append(g.customers, c.Args())
		g.customerPhones = append(g.customerPhones, []any{phone, c.ID})
		g.taxes(i, id, class)
	}
	g.papers()
	return g
}

// taxes makes what a taxpayer files, has filed and owes.
func (g *data) taxes(i int, id, class string) {
	rate, byPhone := int64(10_000), int64(1)
	if class == "一般纳税人" {
		rate, byPhone = 130_000, 0
	}
	g.duties = append(g.duties, []any{id, "增值税", 1, 2025 * 12, 0, byPhone, rate},
		[]any{id, "印花税", 3, 2025 * 12, 0, 0, 300})
	if class == "一般纳税人" {
		g.duties = append(g.duties, []any{id, "企业所得税", 12, 2025 * 12, 0, 0, 250_000})
	}
	average := int64(500_000 + g.r.IntN(20_000_000)) // fen
	debtor := i > 0 && g.r.IntN(8) == 0
	for period := int64(lastFiled - 2); period <= lastFiled; period++ {
		if i > 0 && g.r.IntN(20) == 0 {
			continue // forgotten
		}
		sales := average * int64(70+g.r.IntN(60)) / 100
		tax := (sales*rate + 500_000) / 1_000_000
		if i == 0 && period == lastFiled {
			sales, tax = 12_005_000, 120_050
		}
		due, _ := calendar.Deadline(calendar.China(), period)
		filed := intake.EndOf(due, nil) - int64(1+g.r.IntN(10*86_400))*1000
		g.filings = append(g.filings,
			[]any{id, period, "增值税", sales, tax, "filed", fmt.Sprintf("DM%d%06d", period, i), filed, "", 1})
		paid := tax
		if i == 0 && period == lastFiled || debtor && g.r.IntN(2) == 0 {
			paid = 0
			if i > 0 && g.r.IntN(5) == 0 {
				paid = tax / 3
			}
		}
		g.arrears = append(g.arrears, []any{id, period, "增值税", tax, paid, int64(due)})
	}
	if debtor {
		due, _ := calendar.Deadline(calendar.China(), lastFiled-2)
		g.arrears = append(g.arrears,
			[]any{id, int64(lastFiled - 2), "印花税", int64(100 + g.r.IntN(50_000)), 0, int64(due)})
	}
}

// papers makes invoices and refunds.
func (g *data) papers() {
	day := intake.Day(Now, nil)
	for i := range 5000 {
		a, b := g.r.IntN(len(g.ids)), g.r.IntN(len(g.ids))
		status := "正常"
		if g.r.IntN(40) == 0 {
			status = []string{"作废", "红冲"}[g.r.IntN(2)]
		}
		issued := day - hours.Date(g.r.IntN(400))
		amount := int64(1000 + g.r.IntN(10_000_000))
		if i == 0 {
			a, b, issued, amount, status = 1, 0, day-2, 11_300, "正常"
		}
		g.invoices = append(g.invoices,
			[]any{fmt.Sprintf("2637%016d", i+1), g.names[a], g.names[b], amount, int64(issued), status})
	}
	for i := range 300 {
		id := g.ids[g.r.IntN(len(g.ids))]
		if i == 0 {
			id = ID
		}
		g.refunds = append(g.refunds,
			[]any{fmt.Sprintf("TS2026%06d", i+1), id, int64(day) - int64(g.r.IntN(60)),
				[]string{"增值税", "企业所得税"}[g.r.IntN(2)],
				int64(10_000 + g.r.IntN(5_000_000)), []string{"受理", "审核", "复核", "退库"}[g.r.IntN(4)],
				min(1, max(0, i-200))})
	}
}

// name makes a name; two may have the same, as in life.
func (g *data) name(address string, trader bool) string {
	s := address[:len("济南市")] + heads[g.r.IntN(len(heads))] + tails[g.r.IntN(len(tails))] +
		businesses[g.r.IntN(len(businesses))]
	if trader {
		return s + "店"
	}
	return s + "有限公司"
}
