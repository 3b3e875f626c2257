package library

import (
	"strings"
	"testing"

	"rexian/compiler/types"
	"rexian/lang/diag"
)

func TestExtend(t *testing.T) {
	own := func(outcomes ...string) *Function {
		return lookup("bureau", "外部", "balance", "余额", money, outcomes, params(arg("id", "税号", taxpayerID)), "余额。",
			"The balance.", "", "")
	}
	f, row := own("not_found"), types.NewRecord("balance_row", diag.Text{Zh: "余额行", En: "balance_row"})
	x, err := Default().Extend([]*Function{f}, []*types.Record{row})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"bureau.balance", "外部.余额", "外部.balance", "bureau.余额"} {
		a, b, _ := strings.Cut(path, ".")
		if x.Find(a, b) != f {
			t.Errorf("%s is not found", path)
		}
		if Find(a, b) != nil {
			t.Errorf("%s got into the library built in", path)
		}
	}
	if x.Record("余额行") != row || Record("余额行") != nil || x.ByID("taxpayer.find") != ByID("taxpayer.find") ||
		len(x.All()) != len(All())+1 {
		t.Error("the extended registry is not the built-in one and its addition")
	}
	more := lookup("taxpayer", "纳税人", "class_of", "类别查询", text, nil, nil, "类别。", "The class.", "", "")
	if _, err := Default().Extend([]*Function{more}, nil); err != nil {
		t.Errorf("a second word for a known first one: %v", err)
	}
	for name, bad := range map[string]*Function{
		"twice":            ByID("taxpayer.find"),
		"path taken":       lookup("taxpayer", "纳税人", "look", "查找", text, nil, nil, "x", "x", "", ""),
		"head taken":       lookup("payer", "纳税人", "look", "看", text, nil, nil, "x", "x", "", ""),
		"no such outcome":  own("nonsense"),
		"outcome in zh":    own("未找到"),
		"three words":      {ID: "a.b.c", Path: []Word{word("a", "甲"), word("b", "乙"), word("c", "丙")}},
		"value's own name": pure("today2", date, nil, nil, "x", "x", "", word("today2", "今天")),
	} {
		if _, err := Default().Extend([]*Function{bad}, nil); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := Default().Extend(nil,
		[]*types.Record{types.NewRecord("t", diag.Text{Zh: "纳税人", En: "t"})}); err == nil {
		t.Error("a record's name was taken twice")
	}
}
