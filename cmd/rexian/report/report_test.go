package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf16"

	"rexian/lang/diag"
	"rexian/runtime/suite"
)

// file is a source with a character of two UTF-16 units before what the finding is about, and a name that every form
// has to escape.
const (
	name   = "流程/甲 乙,%:1.flow"
	source = "流程 甲 {\n  播放 \"𠮷\" 播放欢迎词\n  播放欢迎词\n}\n"
)

func findings() Findings {
	at := func(text string, from int) diag.Span {
		i := from + strings.Index(source[from:], text)
		return diag.Span{Start: i, End: i + len(text)}
	}
	first := at("播放欢迎词", 0)
	fix := diag.Fix{Title: diag.Text{Zh: "分开", En: "part them"}, Safe: true,
		Edits: []diag.Edit{{File: name, Span: first, New: "播放 欢迎词"}}}
	list := []diag.Diagnostic{
		diag.New("RX1020", name, first, "播放欢迎词",
			"播放 欢迎词").WithFix(fix).WithNotes(diag.Text{Zh: "100%\n说明", En: "100%\na note"}).
			WithRelated(name, at("流程", 0), diag.Text{Zh: "在这个流程里", En: "in this flow"}),
		diag.New("RX1020", name, at("播放欢迎词", first.End), "播放欢迎词", "播放 欢迎词"),
		diag.New("RX3008", name, at("甲", 0), "甲"),
		diag.New("RX8010", ".", diag.Span{}, "flows"),
	}
	src := func(file string) []byte {
		if file == name {
			return []byte(source)
		}
		return nil
	}
	return Findings{Records: diag.Records(list, diag.Zh, src), Tongue: diag.Zh, Version: "1", Source: src,
		Named: func(file string) string { return "flows/" + file }}
}

func written(t *testing.T, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFindings(&b, format, findings()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSARIF(t *testing.T) {
	var log sarifLog
	d := json.NewDecoder(bytes.NewReader(written(t, SARIF)))
	d.DisallowUnknownFields()
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || run.ColumnKind != "utf16CodeUnits" || len(run.Results) != 4 {
		t.Fatalf("%+v", run)
	}
	prints := map[string]bool{}
	for _, r := range run.Results {
		rule := run.Tool.Driver.Rules[r.RuleIndex]
		if rule.ID != r.RuleID || rule.Help.Text == "" || strings.ContainsAny(rule.Short.Text, "{}") {
			t.Errorf("the rule of %s is %+v", r.RuleID, rule)
		}
		if r.Level != "error" && r.Level != "warning" {
			t.Errorf("level %q", r.Level)
		}
		prints[r.Prints["rexian/v1"]] = true
	}
	if len(prints) != 4 {
		t.Errorf("two findings have one fingerprint: %v", prints)
	}
	at := run.Results[0].Locations[0].Physical
	if at.Artifact.URI != "flows/%E6%B5%81%E7%A8%8B/%E7%94%B2%20%E4%B9%99%2C%25:1.flow" {
		t.Error(at.Artifact.URI)
	}
	line := utf16.Encode([]rune(strings.Split(source, "\n")[at.Region.StartLine-1]))
	if got := string(utf16.Decode(line[at.Region.StartColumn-1 : at.Region.EndColumn-1])); got != "播放欢迎词" {
		t.Errorf("the region is %q", got)
	}
	fix := run.Results[0].Fixes[0].Changes[0].Replacements[0]
	if fix.Inserted.Text != "播放 欢迎词" || fix.Deleted != *at.Region {
		t.Errorf("%+v", fix)
	}
	if rel := run.Results[0].Related; len(rel) != 1 || rel[0].Message.Text != "在这个流程里" {
		t.Errorf("%+v", rel)
	}
	if run.Results[3].Locations[0].Physical.Region != nil {
		t.Error("a finding without a place has a region")
	}
}

func TestGitHub(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(written(t, GitHub))), "\n")
	if len(lines) != 4 {
		t.Fatalf("%q", lines)
	}
	if want := "::error file=flows/流程/甲 乙%2C%25%3A1.flow,line=2,endLine=2,col=10,endColumn=15,title=RX1020::"; !strings.HasPrefix(lines[0], want) {
		t.Errorf("%q", lines[0])
	}
	if !strings.Contains(lines[0], "%0A100%25%0A说明") || !strings.HasPrefix(lines[2], "::warning file=") ||
		!strings.HasPrefix(lines[3], "::error file=flows/.,title=RX8010::") {
		t.Errorf("%q", lines)
	}
}

func TestGitLab(t *testing.T) {
	var list []quality
	if err := json.Unmarshal(written(t, GitLab), &list); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, q := range list {
		seen[q.Print] = true
		if q.Description == "" || q.Check == "" || q.Location.Lines.Begin < 1 {
			t.Errorf("%+v", q)
		}
	}
	if len(seen) != 4 || list[0].Severity != "major" || list[2].Severity != "minor" ||
		list[0].Location.Path != "flows/"+name {
		t.Errorf("%+v", list)
	}
}

func TestAzure(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(written(t, Azure))), "\n")
	if len(lines) != 4 {
		t.Fatalf("%q", lines)
	}
	want := "##vso[task.logissue type=error;sourcepath=flows/流程/甲 乙,%AZP25:1.flow;linenumber=2;columnnumber=10;code=RX1020]"
	if !strings.HasPrefix(lines[0], want) || !strings.Contains(lines[0], "%0A100%AZP25%0A说明") {
		t.Errorf("%q", lines[0])
	}
	if !strings.HasPrefix(lines[2], "##vso[task.logissue type=warning;") ||
		!strings.HasPrefix(lines[3], "##vso[task.logissue type=error;sourcepath=flows/.;code=RX8010]") {
		t.Errorf("%q", lines[2:])
	}
	if got := azureProperty("a;b]c%\n"); got != "a%3Bb%5Dc%AZP25%0A" {
		t.Error(got)
	}
}

// TestGitea reads the review as the forge does: a comment at the line of the new file; what has no line in the body.
func TestGitea(t *testing.T) {
	var out review
	d := json.NewDecoder(bytes.NewReader(written(t, Gitea)))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	if out.Event != "COMMENT" || len(out.Comments) != 3 ||
		!strings.HasPrefix(out.Body, "rexian：3 个错误，1 个警告\n\n**RX8010**") {
		t.Fatalf("%+v", out)
	}
	if c := out.Comments[0]; c.Path != "flows/"+name || c.Line != 2 || !strings.HasPrefix(c.Body, "**RX1020** ") {
		t.Errorf("%+v", c)
	}
	var clean bytes.Buffer // a review must say something
	if err := WriteFindings(&clean, Gitea,
		Findings{Tongue: diag.En, Named: func(f string) string { return f }}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(clean.String(), `"body": "rexian: 0 errors, 0 warnings"`) ||
		!strings.Contains(clean.String(), `"comments": []`) {
		t.Error(clean.String())
	}
}

func TestCheckstyle(t *testing.T) {
	var out checkstyle
	if err := xml.Unmarshal(written(t, Style), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Files) != 2 || out.Files[0].Name != "flows/"+name || len(out.Files[0].Errors) != 3 {
		t.Fatalf("%+v", out)
	}
	one, none := out.Files[0].Errors[0], out.Files[1].Errors[0]
	if one.Line != 2 || one.Column != 10 || one.Severity != "error" || one.Source != "rexian.RX1020" ||
		out.Files[0].Errors[2].Severity != "warning" {
		t.Errorf("%+v", out.Files[0])
	}
	if none.Line != 0 || none.Source != "rexian.RX8010" || none.Message == "" {
		t.Errorf("%+v", none)
	}
}

// TestJUnit reads what is written with a reader of its own, with texts that XML cannot hold or has to escape.
func TestJUnit(t *testing.T) {
	record := findings().Records[0]
	record.Message = "听到\x00“<a> & ]]>”\x1b[1m"
	var b bytes.Buffer
	err := WriteTests(&b, "rexian test", []Case{
		{Name: "一 \"<&>\"", File: "a/b.flow", Line: 3, Millis: 1500, Output: "00:00.0  您好。\x07"},
		{Name: "二", File: "a/b.flow", Millis: 250, Failures: []diag.Record{record, record}},
		{Name: "三", File: "c.flow", Skipped: "要等两小时"},
	}, func(f string) string { return f })
	if err != nil {
		t.Fatal(err)
	}
	var out junitSuites
	if err := xml.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if out.Tests != 3 || out.Failures != 1 || out.Skipped != 1 || out.Time != "1.750" || len(out.Suites) != 2 {
		t.Errorf("%+v", out)
	}
	one, two := out.Suites[0].Cases[0], out.Suites[0].Cases[1]
	if one.Name != "一 \"<&>\"" || one.Class != "a.b" || one.Time != "1.500" || one.Output != "00:00.0  您好。" {
		t.Errorf("%+v", one)
	}
	if two.Failure == nil || two.Failure.Message != "听到“<a> & ]]>”[1m" ||
		strings.Count(two.Failure.Text, "RX1020") != 2 {
		t.Errorf("%+v", two.Failure)
	}
	if out.Suites[1].Cases[0].Skipped.Message != "要等两小时" {
		t.Errorf("%+v", out.Suites[1])
	}
	if err := xml.Unmarshal(written(t, JUnit), &out); err != nil {
		t.Error(err)
	}
}

// TestCleanCheckAsJUnit is one test that passed: a report without any is taken for a run that broke.
func TestCleanCheckAsJUnit(t *testing.T) {
	var b bytes.Buffer
	if err := WriteFindings(&b, JUnit, Findings{Named: func(string) string { return "flows" }}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `tests="1" failures="0"`) {
		t.Error(b.String())
	}
}

func TestCoverage(t *testing.T) {
	c := suite.Coverage{Edges: 4, Covered: 1, All: []suite.Edge{
		{File: "a.flow", Line: 3, Flow: "甲", Kind: "branch", Label: "then",
			What:  diag.Text{Zh: "成立", En: "holds"},
			Taken: true},
		{File: "a.flow", Line: 3, Flow: "甲", Kind: "branch", Label: "else"},
		{File: "a.flow", Line: 5, Flow: "乙", Kind: "goto"},
		{File: "b.flow", Line: 1, Flow: "丙", Kind: "next"}}}
	var b bytes.Buffer
	named := func(f string) string { return "flows/" + f }
	if err := WriteCoverage(&b, "lcov.info", c, diag.Zh, named, nil); err != nil {
		t.Fatal(err)
	}
	want := `TN:
SF:flows/a.flow
FN:3,甲
FN:5,乙
FNDA:1,甲
FNDA:0,乙
FNF:2
FNH:1
BRDA:3,0,0,1
BRDA:3,0,1,0
BRDA:5,0,0,-
BRF:3
BRH:1
DA:3,1
DA:5,0
LF:2
LH:1
end_of_record
TN:
SF:flows/b.flow
`
	if !strings.HasPrefix(b.String(), want) || strings.Count(b.String(), "end_of_record\n") != 2 {
		t.Error(b.String())
	}
	b.Reset()
	if err := WriteCoverage(&b, "c.JSON", c, diag.Zh, named, nil); err != nil {
		t.Fatal(err)
	}
	var out struct {
		Edges, Covered int
		All            []covered
	}
	if err := json.Unmarshal(b.Bytes(), &out); err != nil || out.Edges != 4 || len(out.All) != 4 ||
		out.All[0] != (covered{"flows/a.flow", 3, "甲", "branch", "then", "成立", true}) {
		t.Errorf("%v %+v", err, out)
	}
}
