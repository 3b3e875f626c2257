package table

import (
	"errors"
	"testing"
	"time"
)

func TestParseCell(t *testing.T) {
	day := func(y, m, d int) int64 { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() / 86_400 }
	for _, c := range []struct {
		column Column
		text   string
		want   Value
	}{
		{Column{Kind: Text}, " 历下区　", Value{S: "历下区"}},
		{Column{Kind: Text}, "１号", Value{S: "１号"}},
		{Column{Digits, 2, 2}, "01", Value{S: "01"}},
		{Column{Digits, 2, 2}, "０１", Value{S: "01"}},
		{Column{Digits, 0, 0}, `="0012"`, Value{S: "0012"}},
		{Column{Digits, 4, 6}, "00000", Value{S: "00000"}},
		{Column{Kind: Number}, "1,200.5", Value{N: 1_200_500_000}},
		{Column{Kind: Number}, "-0.000001", Value{N: -1}},
		{Column{Kind: Number}, "20%", Value{N: 200_000}},
		{Column{Kind: Number}, "+1.000000000", Value{N: 1_000_000}},
		{Column{Kind: Money}, "1,200.50", Value{N: 120_050}},
		{Column{Kind: Money}, "1200.5元", Value{N: 120_050}},
		{Column{Kind: Money}, "￥1,200.50", Value{N: 120_050}},
		{Column{Kind: Money}, "¥-80", Value{N: -8000}},
		{Column{Kind: Money}, "-¥80", Value{N: -8000}},
		{Column{Kind: Money}, "(1,200.50)", Value{N: -120_050}},
		{Column{Kind: Money}, "500万元", Value{N: 500_000_000}},
		{Column{Kind: Money}, "1.5 亿元", Value{N: 15_000_000_000}},
		{Column{Kind: Money}, "１００元", Value{N: 10_000}},
		{Column{Kind: YesNo}, "是", Value{N: 1}},
		{Column{Kind: YesNo}, "TRUE", Value{N: 1}},
		{Column{Kind: YesNo}, "√", Value{N: 1}},
		{Column{Kind: YesNo}, "No", Value{}},
		{Column{Kind: YesNo}, "0", Value{}},
		{Column{Kind: Date}, "2026-10-01", Value{N: day(2026, 10, 1)}},
		{Column{Kind: Date}, "2026/10/1", Value{N: day(2026, 10, 1)}},
		{Column{Kind: Date}, "2026年10月1日", Value{N: day(2026, 10, 1)}},
		{Column{Kind: Date}, "2026.10.1", Value{N: day(2026, 10, 1)}},
		{Column{Kind: Date}, "20261001", Value{N: day(2026, 10, 1)}},
		{Column{Kind: Date}, "2026/10/1 0:00:00", Value{N: day(2026, 10, 1)}},
		{Column{Kind: Date}, "1969-12-31", Value{N: -1}},
		{Column{Kind: Month}, "2026-08", Value{N: 2026*12 + 7}},
		{Column{Kind: Month}, "2026年8月", Value{N: 2026*12 + 7}},
		{Column{Kind: Month}, "202608", Value{N: 2026*12 + 7}},
		{Column{Kind: Month}, "2026-08-01", Value{N: 2026*12 + 7}},
		{Column{Kind: Time}, "8:30", Value{N: 30_600}},
		{Column{Kind: Time}, "０８：３０", Value{N: 30_600}},
		{Column{Kind: Time}, "08:30:15", Value{N: 30_615}},
		{Column{Kind: Time}, "9点30分", Value{N: 34_200}},
		{Column{Kind: Time}, "9点", Value{N: 32_400}},
		{Column{Kind: Time}, "24:00", Value{N: 86_400}},
		{Column{Kind: Moment}, "2026-10-01 08:30", Value{N: (day(2026, 10, 1)*86_400 + 30_600) * 1000}},
		{Column{Kind: Moment}, "2026年10月1日8:30", Value{N: (day(2026, 10, 1)*86_400 + 30_600) * 1000}},
		{Column{Kind: Duration}, "30秒", Value{N: 30_000}},
		{Column{Kind: Duration}, "1h30m", Value{N: 5_400_000}},
		{Column{Kind: Duration}, "1小时30分钟", Value{N: 5_400_000}},
		{Column{Kind: Duration}, "0.5 h", Value{N: 1_800_000}},
		{Column{Kind: Phone}, "+86 138-0013-8000", Value{S: "13800138000"}},
		{Column{Kind: Phone}, "（０５３１）８８８８００００", Value{S: "053188880000"}},
		{Column{Kind: Phone}, "+86 531 8888 0000", Value{S: "053188880000"}},
		{Column{Kind: Phone}, "12366", Value{S: "12366"}},
		{Column{Kind: TaxpayerID}, "91370100ma3c12345x", Value{S: "91370100MA3C12345X"}},
		{Column{Kind: ResidentID}, "110105 19491231 002x", Value{S: "11010519491231002X"}},
	} {
		if got, err := ParseCell(c.column, c.text); err != nil || got != c.want {
			t.Errorf("%v %q: %+v, %v, want %+v", c.column, c.text, got, err, c.want)
		}
	}
}

func TestParseCellRefuses(t *testing.T) {
	for _, c := range []struct {
		column Column
		text   string
		want   Misfit
	}{
		{Column{Kind: Text}, " 　", Blank},
		{Column{Kind: Digits}, "1a", NotOfKind},
		{Column{Digits, 2, 2}, "1", LostZeros},
		{Column{Digits, 3, 3}, "01", WrongWidth},
		{Column{Digits, 2, 2}, "123", WrongWidth},
		{Column{Digits, 18, 18}, "9.13701E+17", LostDigits},
		{Column{Kind: TaxpayerID}, "9.13701E+17", LostDigits},
		{Column{Kind: Phone}, "1.38E+10", LostDigits},
		{Column{Kind: Number}, "1e5", NotOfKind},
		{Column{Kind: Number}, "1,20", NotOfKind},
		{Column{Kind: Number}, ",120", NotOfKind},
		{Column{Kind: Number}, "1.", NotOfKind},
		{Column{Kind: Number}, "0.0000001", TooPrecise},
		{Column{Kind: Number}, "99999999999999999999", OutOfRange},
		{Column{Kind: Money}, "1.005", TooPrecise},
		{Column{Kind: Money}, "一百元", NotOfKind},
		{Column{Kind: Money}, "--5", NotOfKind},
		{Column{Kind: Money}, "-¥-5", NotOfKind},
		{Column{Kind: Money}, "(-5)", NotOfKind},
		{Column{Kind: Money}, "5分", NotOfKind},
		{Column{Kind: YesNo}, "也许", NotOfKind},
		{Column{Kind: Date}, "10/1/2026", NotOfKind},
		{Column{Kind: Date}, "26-10-01", NotOfKind},
		{Column{Kind: Date}, "2026-02-29", OutOfRange},
		{Column{Kind: Date}, "2026-13-01", OutOfRange},
		{Column{Kind: Date}, "10月1日", NotOfKind},
		{Column{Kind: Date}, "46296", NotOfKind},
		{Column{Kind: Month}, "2026-13", OutOfRange},
		{Column{Kind: Month}, "2026-08-02", NotOfKind},
		{Column{Kind: Month}, "8月", NotOfKind},
		{Column{Kind: Time}, "24:01", OutOfRange},
		{Column{Kind: Time}, "8:60", OutOfRange},
		{Column{Kind: Time}, "8.5", NotOfKind},
		{Column{Kind: Moment}, "2026-10-01", NotOfKind},
		{Column{Kind: Duration}, "30", NotOfKind},
		{Column{Kind: Duration}, "5分", NotOfKind},
		{Column{Kind: Duration}, "99999999999999d", OutOfRange},
		{Column{Kind: Phone}, "abc", NotOfKind},
		{Column{Kind: Phone}, "12", WrongWidth},
		{Column{Kind: Phone}, "13800138000、13900139000", NotOfKind},
		{Column{Kind: TaxpayerID}, "9137", WrongWidth},
		{Column{Kind: TaxpayerID}, "91370100-MA3C1234", NotOfKind},
		{Column{Kind: 200}, "x", NotOfKind},
	} {
		_, err := ParseCell(c.column, c.text)
		var e *CellError
		if !errors.As(err, &e) || e.Misfit != c.want {
			t.Errorf("%v %q: %v", c.column, c.text, err)
		}
	}
}

func FuzzParseCell(f *testing.F) {
	for _, s := range []string{"1,200.50", "￥-80元", "2026年10月1日8:30", "1h30m", "+86 138", "(5)", "9点30分", "1E+5"} {
		for kind := Text; kind <= ResidentID; kind++ {
			f.Add(uint8(kind), s)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, s string) {
		v, err := ParseCell(Column{Kind: Kind(kind)}, s)
		if err != nil {
			if v != (Value{}) {
				t.Fatalf("a value %+v beside an error", v)
			}
			return
		}
		switch Kind(kind) {
		case Text, Digits, Phone, TaxpayerID, ResidentID:
			if again, err := ParseCell(Column{Kind: Kind(kind)}, v.S); v.S == "" || err != nil || again != v &&
				Kind(kind) != Text {
				t.Fatalf("%q is %+v, and that is %+v, %v", s, v, again, err)
			}
		case Time:
			if v.N < 0 || v.N > 86_400 {
				t.Fatalf("%q is %d", s, v.N)
			}
		case YesNo:
			if v.N != 0 && v.N != 1 {
				t.Fatalf("%q is %d", s, v.N)
			}
		}
	})
}
