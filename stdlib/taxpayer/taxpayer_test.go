package taxpayer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

// cheap keeps the tests quick; the code that reads a hash is the same.
var cheap = pin.Hash{Time: 1, Memory: 64}

// day is a morning in China.
var day = time.Date(2026, 10, 12, 9, 30, 0, 0, time.FixedZone("", 8*3600))

const company = "91330100799655058B"

func open(t *testing.T, d *db.DB, o Options) *Store {
	t.Helper()
	o.Hash = cheap
	s := New(d, o)
	for _, x := range []struct {
		t   Taxpayer
		old string
	}{
		{Taxpayer{ID: "913701001000000409", Name: "测试公司", Class: "一般纳税人", Office: "历下区税务局", Phone: "13800138000"}, ""},
		{Taxpayer{ID: company, Name: "杭州某公司", Class: "一般纳税人", Office: "西湖区税务局", Phone: "0571-88880000"},
			"330100799655058"},
		{Taxpayer{ID: "9144030071526726XG", Name: "深圳某公司", Class: "小规模纳税人", Office: "南山区税务局", Phone: "+86 13800138000"},
			""},
	} {
		if err := s.Put(t.Context(), x.t, x.old, day); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func owe(t *testing.T, d *db.DB, id string, period int64, tax string, amount, paid, due int64) {
	t.Helper()
	if _, err := d.Exec(t.Context(),
		`INSERT INTO arrears (tax_id, period, tax, amount, paid, due) VALUES (?, ?, ?, ?, ?, ?)`, id, period, tax,
		amount, paid, due); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		one, twin := twins(t) // two numbers that a telephone keys alike
		for id, name := range map[string]string{one: "甲公司", twin: "同键公司"} {
			if err := s.Put(t.Context(), Taxpayer{ID: id, Name: name}, "", day); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct{ name, id, want string }{
			{"with its letter", company, "杭州某公司"},
			{"typed by a person", " 9133 0100-799655058b", "杭州某公司"},
			{"keyed", "91330100799655058*", "杭州某公司"},
			{"the old number", "330100799655058", "杭州某公司"},
			{"a check digit that does not fit", "91330100799655059B", "not_found"},
			{"a number that nobody has", "440300715267261", "not_found"},
			{"keyed, two may be meant", intake.Keyed(twin), "several"},
			{"one of the two", twin, "同键公司"},
			{"empty", "", "not_found"},
			{"SQL", "' OR '1'='1' --    ", "not_found"},
			{"NUL", "91330100799655058\x00", "not_found"},
			{"ten kilobytes", strings.Repeat("9", 10_000), "not_found"},
			{"emoji", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "not_found"},
			{"only stars", strings.Repeat("*", 18), "not_found"},
			{"a percent sign is no pattern", "%", "not_found"},
		} {
			got := call(t, s, "taxpayer.find", value.Text(c.id))
			if got != c.want {
				t.Errorf("%s: find(%.30q) = %s, want %s", c.name, c.id, got, c.want)
			}
		}
		if got := call(t, s, "taxpayer.by_phone", value.Text("+8613800138000")); got != "深圳某公司 测试公司" &&
			got != "测试公司 深圳某公司" {
			t.Errorf("by telephone: %s", got)
		}
		for _, phone := range []string{"13900000000", "", "'; DELETE FROM taxpayers; --"} {
			if got := call(t, s, "taxpayer.by_phone", value.Text(phone)); got != "not_found" {
				t.Errorf("by the telephone %q: %s", phone, got)
			}
		}
	})
}

func TestArrears(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		const test = "913701001000000409"
		due := int64(20711)                                     // 2026-09-15
		owe(t, d, test, 2026*12+7, "增值税", 120050, 0, due)       // 27 days late
		owe(t, d, test, 2026*12+7, "城建税", 10000, 4000, due)     // paid in part
		owe(t, d, test, 2026*12+5, "印花税", 500, 500, due-60)     // paid
		owe(t, d, test, 2026*12+8, "增值税", 99999, 0, due+41)     // due on 2026-10-26: not yet
		owe(t, d, company, 2020*12, "企业所得税", 1e13, 0, due-2000) // 100 thousand million yuan
		records, err := s.Functions()["taxpayer.arrears"](t.Context(), fn.Caller{Now: day},
			[]value.Value{value.Text(test)})
		if err != nil {
			t.Fatal(err)
		}
		want := value.List(
			value.Record(value.Int(2026*12+7), value.Text("城建税"), value.Int(6000), value.Int(due), value.Int(81)),
			value.Record(value.Int(2026*12+7), value.Text("增值税"), value.Int(120050), value.Int(due), value.Int(1621)))
		if show(records) != show(want) {
			t.Errorf("arrears = %s, want %s", show(records), show(want))
		}
		for _, c := range []struct {
			name, id, function, want string
		}{
			{"settled with debts", test, "taxpayer.settled", "0"},
			{"settled without", "9144030071526726XG", "taxpayer.settled", "1"},
			{"nobody", "440300715267261", "taxpayer.arrears", ""},
			{"no number at all", "x'; --", "taxpayer.arrears", ""},
			{"by the old number, keyed", "330100799655058", "taxpayer.settled", "0"},
			{"keyed with its star", "91330100799655058*", "taxpayer.settled", "0"},
		} {
			if got := call(t, s, c.function, value.Text(c.id)); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		list, err := s.Arrears(t.Context(), company, s.Today(day))
		if err != nil || len(list) != 1 || list[0].LateFee != 1e13/2000*2027 {
			t.Errorf("a huge debt: %+v, %v", list, err)
		}
		capped := New(d, Options{Capped: true, Hash: cheap})
		if list, err = capped.Arrears(t.Context(), company, s.Today(day)); err != nil || list[0].LateFee != 1e13 {
			t.Errorf("the late fee, capped: %+v, %v", list, err)
		}
		for _, c := range []struct {
			least int64
			want  string
		}{{0, "杭州某公司 测试公司"}, {126_050, "杭州某公司 测试公司"}, {126_051, "杭州某公司"}, {math.MaxInt64, ""}, {-5, "杭州某公司 测试公司"}} {
			if got := call(t, s, "taxpayer.overdue", value.Int(c.least)); got != c.want {
				t.Errorf("overdue(%d) = %s, want %s", c.least, got, c.want)
			}
		}
		if got := call(t, s, "taxpayer.overdue", value.Absent()); got != "杭州某公司 测试公司" {
			t.Errorf("overdue() = %s", got)
		}
		if left, err := s.Pay(t.Context(), test, 2026*12+7, "增值税", 200_000); err != nil || left != 0 {
			t.Errorf("a payment of more than is owed leaves %d, %v", left, err)
		}
		if _, err := s.Pay(t.Context(), test, 1, "增值税", 1); !errors.Is(err, fn.Outcome("not_found")) {
			t.Errorf("a payment towards nothing: %v", err)
		}
		if _, err := s.Pay(t.Context(), test, 2026*12+7, "城建税", -100); err == nil {
			t.Error("a negative payment is taken")
		}
	})
}

func TestVerify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		const test = "913701001000000409"
		if err := s.SetPIN(t.Context(), test, "123456"); err != nil {
			t.Fatal(err)
		}
		now := day
		verify := func(phone, id, pin string) string {
			v, err := s.Functions()["taxpayer.verify"](t.Context(), fn.Caller{Now: now, Phone: phone, CallID: "c1"},
				[]value.Value{value.Text(id), value.Text(pin)})
			return result(v, err)
		}
		steps := []struct {
			name           string
			after          time.Duration
			phone, id, pin string
			want           string
		}{
			{"right", 0, "13800138000", test, "123456", "测试公司"},
			{"wrong", 0, "13800138000", test, "000000", "wrong_pin"},
			{"wrong again", 0, "13800138000", test, "", "wrong_pin"},
			{"right clears the account", 0, "13800138000", test, "123456", "测试公司"},
			{"but not the telephone: the third wrong one within half an hour locks it", 0, "13800138000", test, "1",
				"locked"},
			{"even with the right PIN", 29 * time.Minute, "13800138000", test, "123456", "locked"},
			{"another telephone is free, the account has two tries left", 0, "13900139000", test, "9", "wrong_pin"},
			{"and locks on the third in a row", 0, "13900139000", test, "9", "locked"},
			{"for every telephone", 0, "053188880000", test, "123456", "locked"},
			{"also for the old tries' telephone", 2 * time.Minute, "13800138000", test, "123456", "locked"},
			{"until half an hour has passed", 30 * time.Minute, "13800138000", test, "123456", "测试公司"},
			{"a number that nobody has", 0, "13800138000", "440300715267261", "123456", "not_found"},
			{"an account without PIN", 0, "13800138001", company, "", "wrong_pin"},
			{"SQL in the PIN", 0, "13800138001", test, "' OR 1=1 --", "wrong_pin"},
		}
		for _, c := range steps {
			now = now.Add(c.after)
			if got := verify(c.phone, c.id, c.pin); got != c.want {
				t.Fatalf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		if err := s.SetPIN(t.Context(), test, "12a456"); err == nil || strings.Contains(err.Error(), "12a456") {
			t.Errorf("a PIN with a letter: %v", err)
		}
		if err := s.SetPIN(t.Context(), "9137010010000004xx", "123456"); !errors.Is(err, fn.Outcome("not_found")) {
			t.Errorf("a PIN for nobody: %v", err)
		}
		var stored string
		if err := d.Get(t.Context(), &stored, `SELECT pin_hash FROM taxpayers WHERE tax_id = ?`, test); err != nil ||
			strings.Contains(stored, "123456") || !strings.HasPrefix(stored, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Errorf("stored: %q, %v", stored, err)
		}
	})
}

// A hundred callers guess one PIN at the same moment: no more than three guesses are looked at.
func TestHammering(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{Waiting: 200})
		const test = "913701001000000409"
		if err := s.SetPIN(t.Context(), test, "123456"); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		count := map[string]int{}
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				c := fn.Caller{Now: day, Phone: fmt.Sprintf("138%08d", i)}
				_, err := s.Verify(context.Background(), c, test, "000000")
				mu.Lock()
				defer mu.Unlock()
				count[result(value.Value{}, err)]++
			})
		}
		wg.Wait()
		if count["wrong_pin"] != 2 || count["locked"] != 98 {
			t.Errorf("guesses ended %v, want 2 wrong and 98 locked", count)
		}
		if n, err := s.Forget(t.Context(), day.Add(2*time.Hour)); err != nil || n == 0 {
			t.Errorf("forgot %d old tries, %v", n, err)
		}
		if _, err := s.Verify(t.Context(), fn.Caller{Now: day.Add(time.Minute), Phone: "13700000000"}, test,
			"123456"); !errors.Is(err, fn.Outcome("locked")) {
			t.Errorf("after Forget the account is %v, want locked", err)
		}
	})
}

func TestVerifyTail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, Options{})
		tail := func(phone, id, tail string) string {
			return result(value.Text("fits"), s.VerifyTail(t.Context(), fn.Caller{Now: day, Phone: phone}, id, tail))
		}
		for _, c := range []struct{ name, phone, id, tail, want string }{
			{"right", "13800138000", "913701001000000409", "0409", "fits"},
			{"letters are left out", "13800138000", company, "5058", "fits"},
			{"too short", "13800138000", company, "8", "mismatch"},
			{"empty", "13800138000", company, "", "mismatch"},
			{"nobody's", "13800138000", "440300715267261", "7261", "mismatch"},
			{"wrong", "13800138000", company, "0000", "mismatch"},
			{"wrong", "13800138000", company, "0001", "mismatch"},
			{"wrong", "13800138000", company, "0002", "mismatch"},
			{"right, too late", "13800138000", company, "5058", "mismatch"},
			{"from another telephone", "13900139000", company, "5058", "fits"},
		} {
			if got := tail(c.phone, c.id, c.tail); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	})
}

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		leave, err := g.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { _, err := g.enter(ctx); done <- err }()
		synctest.Wait() // until the other waits
		if _, err := g.enter(t.Context()); !errors.Is(err, errCrowded) {
			t.Errorf("the third gets %v, want to be sent away", err)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("who stops waiting gets %v", err)
		}
		leave()
		if leave, err = g.enter(t.Context()); err != nil {
			t.Fatalf("the gate stays shut: %v", err)
		}
		leave()
	})
}

func FuzzHash(f *testing.F) {
	f.Add(cheap.Of("123456"), "123456")
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAA$AAAA", "1")
	f.Add("$argon2id$v=19$m=64,t=0,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, stored, secret string) {
		if pin.Fits(stored, secret) && !strings.HasPrefix(stored, "$argon2id$") {
			t.Fatal("fits what is no hash")
		}
	})
}
