package customer

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

var now = time.Date(2026, 10, 12, 1, 0, 0, 0, time.UTC)

func TestCustomers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		ctx := t.Context()
		for i, x := range []Customer{
			{Name: "张三", Phone: "+86 13800138000", Class: "个人", Address: "济南市历下区 100%_路"},
			{Name: "测试公司", TaxID: "913701001000000409", Phone: "053188880000", Class: "单位", Region: "历下区"},
			{Name: "杭州某公司", TaxID: "91330100799655058b", Phone: "13900139000", Class: "单位"},
			{Name: "杭州某分公司", Phone: "13900139000", Class: "VIP"},
			{Name: "张三", Phone: "13800138000", Class: "个人", Address: "济南市历下区 100%_路", Note: "改"},
		} {
			if _, err := s.Put(ctx, x, now.Add(time.Duration(i)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		call := func(id, phone string) string {
			v, err := s.Functions()[id](ctx, fn.Caller{}, []value.Value{value.Text(phone)})
			var o fn.Outcome
			if errors.As(err, &o) {
				return string(o)
			} else if err != nil {
				return err.Error()
			}
			return v.Str() + strings.Join(texts(v.Items()), " ")
		}
		for _, c := range []struct{ id, phone, want string }{
			{"customer.find", "13800138000", "张三 - 13800138000 个人 济南市历下区 100%_路"},
			{"customer.find", "(0531) 8888-0000", "测试公司 913701001000000409 053188880000 单位 -"},
			{"customer.find", "13900139000", "several"},
			{"customer.find", "13700137000", "not_found"},
			{"customer.find", "' OR 1=1 --", "not_found"},
			{"customer.find", "anonymous", "not_found"},
			{"customer.class", "13900139000", "VIP"},
			{"customer.class", "13700137000", "not_found"},
		} {
			if got := call(c.id, c.phone); got != c.want {
				t.Errorf("%s(%s) = %s, want %s", c.id, c.phone, got, c.want)
			}
		}
		for text, want := range map[string]int{"张三": 1, "公司": 3, "100%": 1, "%": 1, "_": 1, "历下区": 2,
			"913701001000000409": 1, "13900139000": 2, `\`: 0, "": 0, "\x00": 0} {
			if list, err := s.Search(ctx, text, 10); err != nil || len(list) != want {
				t.Errorf("search %q: %d, %v; want %d", text, len(list), err, want)
			}
		}
		moved := Customer{Name: "测试公司", TaxID: "913701001000000409", Phone: "13700137000"}
		if _, err := s.Put(ctx, moved, now); err != nil || call("customer.find", "13700137000") == "not_found" ||
			call("customer.find", "053188880000") != "not_found" {
			t.Errorf("a new telephone: %v, %s, %s", err, call("customer.find", "13700137000"),
				call("customer.find", "053188880000"))
		}
		seen, after := 0, ""
		for {
			page, err := s.Page(ctx, after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			seen, after = seen+len(page), page[len(page)-1].ID
		}
		if seen != 4 {
			t.Errorf("%d customers in pages", seen)
		}
		for _, x := range []Customer{{}, {Name: "x"}, {Phone: "13800138000"}, {Name: "x", TaxID: "123"}} {
			if _, err := s.Put(ctx, x, now); err == nil {
				t.Errorf("%+v is kept", x)
			}
		}
	})
}

func texts(list []value.Value) []string {
	var all []string
	for _, v := range list {
		if v.IsAbsent() {
			all = append(all, "-")
			continue
		}
		all = append(all, v.Str())
	}
	return all
}

func TestVault(t *testing.T) {
	v, err := NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	text := v.Seal("6222020000000000001", "K1")
	if strings.Contains(text, "6222") || text == v.Seal("6222020000000000001", "K1") {
		t.Errorf("sealed: %s", text)
	}
	if got, err := v.Open(text, "K1"); err != nil || got != "6222020000000000001" {
		t.Errorf("%s, %v", got, err)
	}
	other, _ := NewVault(bytes.Repeat([]byte{8}, 32))
	for name, open := range map[string]func() (string, error){
		"for another customer": func() (string, error) { return v.Open(text, "K2") },
		"with another key":     func() (string, error) { return other.Open(text, "K1") },
		"damaged":              func() (string, error) { return v.Open(text[:len(text)-4]+"AAAA", "K1") },
		"never sealed":         func() (string, error) { return v.Open("6222", "K1") },
	} {
		if got, err := open(); !errors.Is(err, ErrVault) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if _, err := NewVault([]byte("short")); err == nil {
		t.Error("a short key is taken")
	}
}
