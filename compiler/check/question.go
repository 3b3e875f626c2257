package check

import (
	"strings"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// ask checks a question and returns the type of its answer. Its lead, limits and arms do not know the name that the
// answer gets; its confirmation does, and reads it back. What is keyed for a table is a key of its, and the answer the
// row.
func (c *checker) ask(a *ast.Ask, let *ast.Let, target *Symbol) *types.Type {
	t := types.Of(types.Recording)
	answer := t
	if rows := c.asksRow(a.Type); rows != nil {
		t, answer = c.keys(a.Type, rows), rows.Symbol.Type
		c.p.rows[a] = rows
	} else if !a.Record {
		t = c.typ(a.Type)
		if !t.IsBad() && !askable(t) {
			c.report("RX2141", a.Type.Span(), t.Describe())
			t = bad
		}
		answer = t
	}
	c.p.columns[a] = t
	c.scope(func() {
		for _, s := range a.Lead {
			c.step(s)
		}
	})
	var confirms []*ast.Limit
	end := "#"
	for _, l := range a.Limits {
		if l.Kind == words.Confirm {
			confirms = append(confirms, l)
		} else {
			c.limit(l, t, a.Record, false)
		}
		if l.Kind == words.EndKey && l.Key != nil {
			if end = l.Key.Keys; Takes(t, end, "") {
				c.report("RX3109", l.Key.Span(), end)
			}
		}
	}
	c.arms(a.Arms, func(k *ast.Key) {
		if rows := c.p.rows[a]; rows != nil && !rows.clashes(k.Keys, end) {
			return
		}
		if Takes(t, k.Keys, end) {
			c.report("RX3109", k.Span(), k.Keys)
		}
	})
	if !let.Set {
		c.declare(Local, let.Name, answer, let)
	}
	for _, l := range confirms {
		switch {
		case t.Secret:
			c.report("RX6005", l.Span())
		default:
			c.worded(l.Words, spoken, false)
		}
	}
	return answer
}

// asksRow is the table that a question names instead of a type, and whose rows are its options; nil for a type.
func (c *checker) asksRow(t *ast.Type) *TableInfo {
	if t == nil || len(t.Path) != 1 || t.Path[0] == nil {
		return nil
	}
	n := t.Path[0]
	s := c.symbol(n.Text)
	if _, is := types.Lookup(n.Text); is || s == nil || s.Kind != Table {
		return nil
	}
	c.used(s)
	c.occurs(n, s)
	if rows := c.p.Tables[s.Index]; rows.Row != nil && len(rows.Row.Fields) > 0 {
		return rows
	}
	return nil
}

// keys is what is keyed for a row of a table: digits, as many as its keys have.
func (c *checker) keys(t *ast.Type, rows *TableInfo) *types.Type {
	key := rows.Row.Fields[0].Type
	switch {
	case key.IsBad():
		return bad
	case key.Kind != types.Digits:
		c.report("RX2101", t.Span(), types.Of(types.Digits).Describe(), key.Describe())
		return bad
	case t.Min >= 0:
		c.report("RX2147", t.Span(), rows.Symbol.Type.Describe())
	case t.Secret:
		c.report("RX6006", t.Span(), rows.Symbol.Type.Describe())
	}
	least, most := 0, 0
	for key := range rows.ByKey {
		if n := len(key); most == 0 {
			least, most = n, n
		} else {
			least, most = min(least, n), max(most, n)
		}
	}
	if most == 0 {
		return key
	}
	return types.DigitsOf(least, most)
}

// clashes tells whether the keys of an option beside the rows could be meant for one of these, or end an answer.
func (t *TableInfo) clashes(keys, end string) bool {
	for key := range t.ByKey {
		if strings.HasPrefix(key, keys) || strings.HasPrefix(keys, key) {
			return true
		}
	}
	return keys == end
}

// askable tells whether a value of t can be keyed on a telephone.
func askable(t *types.Type) bool {
	switch t.Kind {
	case types.Digits, types.Number, types.Money, types.YesNo, types.Date, types.Month, types.Time, types.Phone,
		types.TaxpayerID, types.ResidentID:
		return true
	}
	return false
}

// Takes tells whether a field of type t with an end key understands the first of some keys itself.
func Takes(t *types.Type, keys, end string) bool {
	if t.IsBad() || keys == "" {
		return false
	}
	k := keys[:1]
	switch {
	case t.Kind == types.Recording:
		return k == end
	case t.Kind == types.YesNo:
		return k == "1" || k == "2"
	case k == end:
		return true
	case k == "*":
		switch t.Kind {
		case types.Money, types.Number, types.TaxpayerID, types.ResidentID:
			return true
		}
		return false
	}
	return k >= "0" && k <= "9"
}

var limitText = map[string]diag.Text{words.Wait: spelt("等待", "wait"), words.Between: spelt("键间隔", "between"),
	words.Tries: spelt("最多", "tries"),

	words.Longest: spelt("最长", "longest"), words.Silence: spelt("静默", "silence"), words.Confirm: spelt("复核", "confirm"),
	words.Range: spelt("范围", "range"), words.EndKey: spelt("结束键", "end key"),
	words.AllowGlobalKeys: spelt("允许全局键", "allow global keys")}

// limit checks a timer, cap or clause of a question of type t; t is nil for a menu and for defaults.
func (c *checker) limit(l *ast.Limit, t *types.Type, record, menu bool) {
	place := spelt("询问", "a question")
	if record {
		place = spelt("录音", "record")
	} else if menu {
		place = spelt("菜单", "a menu")
	} else if t == nil {
		place = spelt("缺省", "defaults")
	}
	misplaced := func() { c.report("RX2139", l.Span(), limitText[l.Kind], place) }
	switch l.Kind {
	case words.Tries:
		c.cap(l.Value, 10)
	case words.Wait, words.Between:
		if record { // it begins at once, and the caller speaks
			misplaced()
			return
		}
		c.figure(l.Value, types.Of(types.Duration), l.Kind)
	case words.Longest, words.Silence:
		if !record && t != nil || menu {
			misplaced()
			return
		}
		c.figure(l.Value, types.Of(types.Duration), l.Kind)
	case words.Range:
		if t == nil || record || menu {
			misplaced()
			return
		}
		if !t.IsBad() && !t.IsOrdered() {
			c.report("RX2142", l.Span(), t.Describe())
			return
		}
		a, b := c.value(l.Value, t), c.value(l.To, t)
		if !a.IsBad() && !b.IsBad() && c.backwards(l.Value, l.To) {
			c.report("RX2143", l.Span())
		} else if k, ok := c.p.folded(l.To); ok && k.n.Sign() < 0 { // no such value can be keyed
			c.report("RX2136", l.To.Span(), spelt("范围", "range"), diag.Text{Zh: "不小于 0", En: "not below 0"})
		}
	case words.EndKey, words.AllowGlobalKeys, words.Confirm:
		if t == nil || menu || record && l.Kind != words.EndKey {
			misplaced()
		}
	}
}

// menu checks a menu: its lead, its timers and its options.
func (c *checker) menu(m *ast.Menu) {
	c.scope(func() {
		for _, s := range m.Lead {
			c.step(s)
		}
	})
	for _, l := range m.Limits {
		c.limit(l, nil, false, true)
	}
	c.arms(m.Arms, nil)
}

// arms checks the arms of a menu or question. field is asked about each key of a question.
func (c *checker) arms(arms []*ast.Arm, field func(*ast.Key)) {
	keys := map[string]bool{}
	labels := map[string]bool{}
	others := 0
	for _, a := range arms {
		for _, k := range a.Keys {
			if keys[k.Keys] && a.When == nil {
				c.report("RX3103", k.Span(), k.Keys)
			}
			if a.When == nil {
				keys[k.Keys] = true
			}
			if field != nil {
				field(k)
			}
		}
		c.fixed(a.Label)
		if a.When != nil {
			c.value(a.When, types.Of(types.YesNo))
		}
		hangup := false
		for _, l := range a.Labels {
			if l.Hangup {
				hangup = true
				c.once(labels, "hangup", l)
				continue
			}
			if tag, count := c.missLabel(l); tag != "" {
				c.once(labels, tag+strings.Repeat("+", count), l)
			}
		}
		if a.Otherwise {
			if others++; others > 1 {
				c.report("RX3103", a.Span(), spelt("否则", "otherwise"))
			}
		}
		c.armBody(a, hangup)
	}
}

// armBody checks the steps of an arm within its question.
func (c *checker) armBody(a *ast.Arm, hangup bool) {
	data := c.data
	c.data = c.data || hangup
	c.questions++
	c.block(a.Body)
	c.questions--
	c.data = data
}

// once reports a label that an earlier arm has.
func (c *checker) once(seen map[string]bool, key string, l *ast.ArmLabel) {
	if seen[key] {
		c.report("RX3103", l.Span(), c.labelText(l))
	}
	seen[key] = true
}

func (c *checker) labelText(l *ast.ArmLabel) any {
	if l.Hangup {
		return spelt("挂机", "hangup")
	}
	if r, ok := l.Value.(*ast.Ref); ok && r.Name != nil {
		return r.Name.Text
	}
	if s, ok := l.Value.(*ast.StringLit); ok {
		return plain(s)
	}
	return spelt("这个值", "this value")
}

var questionTags = []string{"noinput", "nomatch", "error"}

// missLabel reads noinput, nomatch(2) or error; "" with a finding for anything else.
func (c *checker) missLabel(l *ast.ArmLabel) (tag string, count int) {
	w, r, ok := c.tagLabel(l, questionTags)
	if !ok {
		return "", 0
	}
	m := &Label{Tag: w.ID}
	c.p.labels[l] = m
	if len(r.Tail) > 0 {
		good := false
		if t := r.Tail[0]; len(r.Tail) == 1 && t.Kind == ast.CallTail && len(t.Args) == 1 && w.ID != "error" {
			if n, isNum := t.Args[0].Value.(*ast.NumberLit); isNum && n.Unit == "" && n.N%1_000_000 == 0 &&
				n.N >= 1_000_000 && n.N <= 10_000_000 {
				good = true
				m.Count = int(n.N / 1_000_000)
				c.p.types.Set(n, types.Of(types.Number))
			}
		}
		if !good {
			c.report("RX3110", l.Span())
		}
	}
	return m.Tag, m.Count
}

// tagLabel reads the word of a label that must be one of some tags.
func (c *checker) tagLabel(l *ast.ArmLabel, tags []string) (library.Word, *ast.Ref, bool) {
	if _, isBad := l.Value.(*ast.Bad); isBad || l.Value == nil {
		return library.Word{}, nil, false
	}
	r, ok := l.Value.(*ast.Ref)
	if !ok || l.To != nil {
		c.expr(l.Value, nil)
		c.report("RX3111", l.Span(), library.TagList(tags))
		return library.Word{}, nil, false
	}
	if r.Name == nil || r.Name.Text == "" {
		return library.Word{}, nil, false
	}
	w, ok := library.Tag(r.Name.Text)
	if !ok || !contains(tags, w.ID) {
		c.notATag(r.Name, tags)
		return library.Word{}, nil, false
	}
	c.note(r.Name, w)
	tag := c.handledTag(r.Name.Text, w.ID, tags)
	c.occurs(r.Name, tag)
	c.p.refs.Set(r, tag.plain())
	return w, r, true
}

// handledTag is the symbol of a tag among some: one for all handlers that name it.
func (c *checker) handledTag(name, id string, among []string) *Symbol {
	handled := len(among) > 0 && len(c.catchable) > 0 && &among[0] == &c.catchable[0]
	if s := c.handled[name]; handled && s != nil {
		return s
	}
	s := &Symbol{Kind: Tag, Name: name, Type: types.OfTags(among...), Tag: id}
	if handled {
		c.handled[name] = s
	}
	return s
}

// surveyAsk checks a survey's question and declares its answer.
func (c *checker) surveyAsk(s *ast.SurveyAsk) {
	if c.flow == nil || c.flow.Form != SurveyForm {
		c.report("RX2017", s.Span(), spelt("询问 名称", "ask NAME"), diag.Text{Zh: "问卷；流程里写“设 名称 = 询问 类型”",
			En: "a survey; in a flow write `let NAME = ask TYPE`"})
	}
	c.worded(s.Words, spoken, false)
	t := types.Of(types.Number)
	switch s.Kind {
	case words.Several:
		t = types.List(t)
	case words.Record:
		t = types.Of(types.Recording)
	}
	seen := map[string]bool{}
	for _, x := range s.Choices {
		if seen[x.Key] {
			c.report("RX3103", x.Span(), x.Key)
		}
		seen[x.Key] = true
		c.fixed(x.Label)
	}
	choosing := s.Kind == words.Choice || s.Kind == words.Several
	if choosing && len(s.Choices) == 0 {
		c.report("RX2144", s.Span())
	}
	if !choosing && len(s.Choices) > 0 {
		c.report("RX2145", s.Choices[0].Span())
	}
	if b := bounds["scale"]; s.Kind == words.Scale && s.Max > 100 {
		c.report("RX2136", s.Span(), b.what, b.allowed(types.Of(types.Number)))
	} else if s.Kind == words.Scale && s.Min >= 0 && s.Max <= s.Min {
		c.report("RX2143", s.Span())
	}
	if s.Name != nil {
		c.declare(Local, s.Name, t, s)
	}
}
