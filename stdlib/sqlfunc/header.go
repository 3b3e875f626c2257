package sqlfunc

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// keys are the words of a header in both tongues.
var keys = map[string]string{
	"函数": "function", "参数": "parameter", "结果": "result", "结局": "outcomes", "时限": "limit", "库": "database", "说明": "doc",
	"例": "example", "假定": "fake", "写入": "writes", "代替": "replaces", "留存": "keep",
}

var keyNames = func() []string {
	var list []string
	for zh, en := range keys {
		list = append(list, zh, en)
	}
	return list
}()

// name is a word that a flow can write; a path may be two of them.
var name = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

// parser reads one header.
type parser struct {
	file  string
	line  int
	q     *Query
	f     *library.Function
	seen  map[string]int
	wrong []Problem
}

func (p *parser) fail(zh, en string) {
	p.wrong = append(p.wrong, Problem{p.file, p.line, diag.Text{Zh: zh, En: en}})
}

// Parse reads one file. With problems there is no query.
func Parse(file string, src []byte) (*Query, []Problem) {
	p := &parser{file: file, q: &Query{File: file, Source: src, Limit: DefaultLimit},
		f: &library.Function{Class: library.Lookup}, seen: map[string]int{}}
	p.q.Function = p.f
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if !utf8.Valid(src) || bytes.IndexByte(src, 0) >= 0 {
		p.line = 1
		p.fail("这个文件不是 UTF-8 文本", "the file is not UTF-8 text")
		return nil, p.wrong
	}
	lines := strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
	at := 0
	for ; at < len(lines); at++ {
		line := strings.TrimSpace(lines[at])
		if line == "" {
			continue
		}
		note, ok := strings.CutPrefix(line, "--")
		if !ok {
			break
		}
		p.line = at + 1
		p.note(strings.TrimSpace(note))
	}
	p.line = min(at+1, len(lines))
	p.q.line = p.line
	p.whole()
	if len(p.wrong) == 0 { // else it would be faulted for what the header's faults left out
		p.statement(strings.Join(lines[at:], "\n"))
	}
	if len(p.wrong) > 0 {
		return nil, p.wrong
	}
	return p.q, nil
}

// note reads one line of the header. A comment without a colon is a comment.
func (p *parser) note(s string) {
	key, rest, ok := strings.Cut(strings.Replace(s, "：", ":", 1), ":")
	if !ok {
		return
	}
	key, rest = strings.TrimSpace(key), strings.TrimSpace(rest)
	id := keys[key]
	if id == "" {
		for _, en := range keys {
			if en == key {
				id = en
			}
		}
	}
	if id == "" {
		meant := diag.Suggest(key, keyNames)
		if meant == "" && strings.ContainsAny(key, " \t") {
			return // a sentence with a colon
		}
		zh, en := "不认识“"+key+"”", "unknown key "+strconv.Quote(key)
		if meant != "" {
			zh, en = zh+"，是“"+meant+"”吗？", en+"; did you mean "+meant+"?"
		}
		p.fail(zh, en)
		return
	}
	if p.seen[id] > 0 && id != "parameter" {
		p.fail("“"+key+"”写了两次", key+" stands twice")
		return
	}
	p.seen[id] = p.line
	if p.q.Replaces {
		switch id {
		case "function", "parameter", "result", "outcomes":
			p.fail("写了“代替”，就不写函数、参数、结果和结局", "with replaces there is no function, parameter, result and outcomes")
			return
		case "doc", "example", "fake": // the library has its own
			return
		}
	}
	switch id {
	case "function":
		p.function(rest)
	case "parameter":
		p.parameter(rest)
	case "result":
		p.result(rest)
	case "outcomes":
		p.outcomes(rest)
	case "limit":
		p.limit(rest)
	case "database":
		switch rest {
		case Bureau, "外部":
			p.q.Database = Bureau
		case "own", "本库":
		default:
			p.fail("库只能是“本库”或“外部”", "the database is own or bureau")
		}
	case "doc":
		p.f.Doc.Zh, p.f.Doc.En = two(rest)
	case "example":
		p.f.Example = rest
	case "fake":
		p.f.Fake = rest
	case "writes":
		p.q.Writes = p.yes(rest)
	case "replaces":
		p.replaces(rest)
	case "keep":
		p.keep(rest)
	}
}

// outcomes reads those of the language by either name, parted by commas or blanks, and further ones as
// `超出限额 | over_limit`, parted by commas.
func (p *parser) outcomes(s string) {
	for _, item := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '，' || r == '、' }) {
		if strings.Contains(item, "|") {
			p.coin(item)
			continue
		}
		for _, w := range strings.Fields(item) {
			t, ok := library.Tag(w)
			if !ok {
				p.fail("“"+w+"”不是结局：自己的结局写成“超出限额 | over_limit”",
					strconv.Quote(w)+" is no outcome: one of your own is written 超出限额 | over_limit")
			} else if t.ID != "unavailable" { // every lookup has it
				p.f.Outcomes = append(p.f.Outcomes, t.ID)
			}
		}
	}
}

// coin reads an outcome of the function's own.
func (p *parser) coin(item string) {
	zh, en := two(item)
	if !name.MatchString(zh) || !name.MatchString(en) || !isASCII(en) || isASCII(zh) || words.Lookup(zh).IsReserved() ||
		words.Lookup(en).IsReserved() {
		p.fail("自己的结局写成“超出限额 | over_limit”：一个中文名，一个英文名，不用关键词",
			"an outcome of your own is written 超出限额 | over_limit: a Chinese and an English name, no keywords")
		return
	}
	w := library.Word{ID: en, Text: diag.Text{Zh: zh, En: en}}
	if err := library.Coin(w); err != nil {
		p.fail("“"+zh+"”或“"+en+"”已经是别的结局", err.Error())
		return
	}
	p.f.Own, p.f.Outcomes = append(p.f.Own, w), append(p.f.Outcomes, en)
}

// ours are the first words of the lookups that a file may answer in the library's place.
var ours = map[string]bool{"taxpayer": true, "filing": true, "invoice": true, "refund": true, "customer": true,
	"office": true}

// bound are those among them that it may not: they count tries, or change something.
var bound = map[string]bool{"taxpayer.verify": true, "taxpayer.verify_tail": true, "filing.submit": true,
	"filing.correct": true}

// replaces takes the signature of a lookup of the library.
func (p *parser) replaces(s string) {
	first, second, _ := strings.Cut(strings.TrimSpace(s), ".")
	f := library.Default().Find(first, second)
	if f == nil || f.Class != library.Lookup || !ours[f.Path[0].ID] || bound[f.ID] {
		p.fail("不能代替“"+s+"”：可以代替 纳税人、申报、发票、退税、税务机关、客户 的查询，核验、提交、更正除外",
			strconv.Quote(s)+" cannot be replaced: lookups of taxpayer, filing, invoice, refund, office and customer can, but those"+
				" that verify, submit or correct")
		return
	}
	for _, id := range []string{"function", "parameter", "result", "outcomes"} {
		if p.seen[id] > 0 {
			p.fail("写了“代替”，就不写函数、参数、结果和结局", "with replaces there is no function, parameter, result and outcomes")
			return
		}
	}
	p.q.Replaces, p.q.Function, p.f = true, f, f
}

var keepText = regexp.MustCompile(`^([0-9]{1,3})\s*(分钟|m|小时|h|天|d)$`)

// longestKeep is how long an answer may serve while the database does not.
const longestKeep = 7 * 24 * time.Hour

func (p *parser) keep(s string) {
	if m := keepText.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		unit := map[string]time.Duration{"分钟": time.Minute, "m": time.Minute, "小时": time.Hour, "h": time.Hour,
			"天": 24 * time.Hour, "d": 24 * time.Hour}[m[2]]
		if p.q.Keep = time.Duration(n) * unit; p.q.Keep > 0 && p.q.Keep <= longestKeep {
			return
		}
	}
	p.fail("留存要写成“24小时”，1 分钟到 7 天", "keep is written 24h, from 1m to 7d")
}

// two splits `中文 | English`; one text alone serves for both.
func two(s string) (zh, en string) {
	zh, en, ok := strings.Cut(s, "|")
	zh, en = strings.TrimSpace(zh), strings.TrimSpace(en)
	if !ok {
		en = zh
	}
	return zh, en
}

func (p *parser) yes(s string) bool {
	switch s {
	case "是", "yes":
		return true
	case "否", "no":
		return false
	}
	p.fail("要写“是”或“否”", "write yes or no")
	return false
}

func (p *parser) function(s string) {
	zh, en := two(s)
	zs, es := strings.Split(zh, "."), strings.Split(en, ".")
	good := len(zs) == len(es) && len(zs) == 2
	for _, w := range append(zs, es...) {
		good = good && name.MatchString(w)
	}
	if !good || zh == en && !isASCII(en) {
		p.fail("函数名要写成“外部.余额 | bureau.balance”", "a function's name is written 外部.余额 | bureau.balance")
		return
	}
	p.f.ID = en
	for i := range zs {
		p.f.Path = append(p.f.Path, library.Word{ID: es[i], Text: diag.Text{Zh: zs[i], En: es[i]}})
	}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// typed reads `税号 | id: 数字 可省`.
func (p *parser) typed(s string) (w library.Word, kind string, ok bool) {
	s = strings.Replace(s, "：", ":", 1)
	names, kind, ok := strings.Cut(s, ":")
	zh, en := two(names)
	kind = strings.TrimSpace(kind)
	if !ok || !name.MatchString(zh) || !name.MatchString(en) || !isASCII(en) || kind == "" {
		p.fail("要写成“税号 | id: 税号”：中文名 | 英文名: 类型",
			"write 税号 | id: taxpayer_id: the Chinese name, the English name, the type")
		return w, "", false
	}
	return library.Word{ID: en, Text: diag.Text{Zh: zh, En: en}}, kind, true
}

func (p *parser) parameter(s string) {
	w, kind, ok := p.typed(s)
	if !ok {
		return
	}
	x := library.Param{Word: w}
	for _, word := range []string{"可省", "optional"} {
		if rest, ok := strings.CutSuffix(kind, word); ok {
			kind, x.Optional = strings.TrimSpace(rest), true
		}
	}
	if x.Type = p.scalar(kind); x.Type == nil {
		return
	}
	for _, old := range p.f.Params {
		if old.Zh == w.Zh || old.En == w.En {
			p.fail("参数“"+w.Zh+"”写了两次", "the parameter "+w.En+" stands twice")
		}
		if old.Optional && !x.Optional {
			p.fail("可省的参数要放在最后", "optional parameters come last")
		}
	}
	p.f.Params = append(p.f.Params, x)
}

// scalar finds a type that a column or a parameter can be, told if there is none.
func (p *parser) scalar(s string) *types.Type {
	secret := false
	for _, word := range []string{"保密", "secret"} {
		if rest, ok := strings.CutPrefix(s, word+" "); ok {
			s, secret = strings.TrimSpace(rest), true
		}
	}
	k, ok := types.Lookup(s)
	if !ok || !convertible(k) {
		var known []string
		for _, w := range types.Words() {
			if k, _ := types.Lookup(w); convertible(k) {
				known = append(known, w)
			}
		}
		zh, en := "没有类型“"+s+"”", "no type "+strconv.Quote(s)
		if meant := diag.Suggest(s, known); meant != "" {
			zh, en = zh+"，是“"+meant+"”吗？", en+"; did you mean "+meant+"?"
		}
		p.fail(zh, en)
		return nil
	}
	t := types.Of(k)
	if secret {
		t = types.AsSecret(t)
	}
	return t
}

func (p *parser) result(s string) {
	list := false
	for _, word := range []string{"列表", "list"} {
		if rest, ok := strings.CutPrefix(s, word+" "); ok {
			s, list = strings.TrimSpace(rest), true
		}
	}
	var t *types.Type
	switch head, body, braces := strings.Cut(s, "{"); {
	case s == "无" || s == "nothing":
		return
	case braces:
		t = p.record(strings.TrimSpace(head), body)
	case library.Record(s) != nil:
		t = types.OfRecord(library.Record(s))
	default:
		t = p.scalar(s)
	}
	if t != nil && list {
		t = types.List(t)
	}
	p.f.Result = t
}

// record reads `账户 | account { 余额 | balance: 金额, … }` from its name and what follows the brace.
func (p *parser) record(head, body string) *types.Type {
	body, ok := strings.CutSuffix(strings.TrimSpace(body), "}")
	zh, en := two(head)
	if !ok || !name.MatchString(zh) || !name.MatchString(en) || !isASCII(en) {
		p.fail("记录要写成“账户 | account { 余额 | balance: 金额 }”", "a record is written 账户 | account { 余额 | balance: money }")
		return nil
	}
	var fields []*types.Field
	taken := map[string]bool{}
	for _, part := range strings.FieldsFunc(body, func(r rune) bool { return r == ',' || r == '，' }) {
		w, kind, ok := p.typed(part)
		if !ok {
			return nil
		}
		t := p.scalar(kind)
		if t == nil {
			return nil
		}
		if taken[w.Zh] || taken[w.En] {
			p.fail("字段“"+w.Zh+"”写了两次", "the field "+w.En+" stands twice")
			return nil
		}
		taken[w.Zh], taken[w.En] = true, true
		fields = append(fields, &types.Field{ID: w.ID, Name: w.Text, Type: t})
	}
	if len(fields) == 0 {
		p.fail("记录没有字段", "the record has no fields")
		return nil
	}
	p.q.Record = types.NewRecord(en, diag.Text{Zh: zh, En: en}, fields...)
	return types.OfRecord(p.q.Record)
}

var limitText = regexp.MustCompile(`^([0-9]{1,3})\s*(秒|s)$`)

func (p *parser) limit(s string) {
	m := limitText.FindStringSubmatch(s)
	if m == nil {
		p.fail("时限要写成“3秒”", "a limit is written 3s")
		return
	}
	n, _ := strconv.Atoi(m[1])
	if n < 1 || n > 30 {
		p.fail("时限在 1 秒到 30 秒之间", "a limit is between 1s and 30s")
		return
	}
	p.q.Limit = time.Duration(n) * time.Second
}

// whole tells what a header lacks.
func (p *parser) whole() {
	if p.q.Keep > 0 && (p.q.Writes || p.f.Result == nil) {
		p.fail("写入的和没有结果的不能留存", "what writes or has no result is not kept")
	}
	if p.q.Keep > 0 && slices.ContainsFunc(p.f.Params, func(x library.Param) bool { return x.Type.Secret }) {
		p.fail("问的时候用了保密内容，回答不能留存", "what is asked with a secret is not kept")
	}
	if p.seen["replaces"] > 0 {
		if p.q.Writes {
			p.fail("代替查询的只能读", "what replaces a lookup only reads")
		}
		return
	}
	if p.seen["function"] == 0 {
		p.fail("缺少“-- 函数: 外部.余额 | bureau.balance”", "the line -- function: 外部.余额 | bureau.balance is missing")
	}
	if p.f.Doc.Zh == "" {
		p.fail("缺少“-- 说明: …”", "the line -- doc: … is missing")
	}
	if p.q.Writes && p.q.Database == Bureau {
		p.fail("外部的库只能读", "the bureau's database is only read")
	}
}
