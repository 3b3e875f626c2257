package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/source"
	"rexian/compiler/check"
	"rexian/compiler/rules"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
)

type blameCmd struct {
	Git  string `help:"blame_git" placeholder:"FOLDER" xor:"where"`
	All  bool   `help:"blame_all"`
	JSON bool   `help:"json"`
	Rule string `arg:"" help:"blame_rule"`
	Data string `arg:"" optional:"" default:"data" help:"replay_data"`
}

// Help shows examples.
func (blameCmd) Help() string {
	return "  rexian blame \"到人工 > 90秒\" data\n  rexian blame \"to a person > 90s\" data\n" +
		"  rexian blame \"从 主流程 每条路径 先播放 录音告知 再 排队\" data\n" +
		"  rexian blame --git flows \"没有路径 到达 排队 仅当 人工服务 休息\"\n  rexian blame --all --json \"到人工 > 60秒\" data"
}

// past is one version of the past.
type past struct {
	ID      string    `json:"version"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Subject string    `json:"subject,omitempty"` // of a revision
	Broken  bool      `json:"broken"`
	// Unasked is why the rule cannot be asked of it; such a version does not break it.
	Unasked string `json:"unasked,omitempty"`
	Why     string `json:"why,omitempty"`

	judged bool
	open   func() (folder string, clean func(), err error)
}

// Run finds the version since which a rule does not hold.
func (c *blameCmd) Run(a *app) error {
	q := question{claim: c.Rule}
	if err := q.shorthand(a); err != nil {
		return err
	}
	var line []*past
	var err error
	if c.Git != "" {
		line, err = a.revisions(c.Git)
	} else {
		line, err = a.keptVersions(c.Data)
	}
	if err != nil {
		return err
	}
	if len(line) == 0 {
		if c.Git != "" {
			return a.Usage("git 里没有 %s 的历史：--git 后面写仓库里流程的文件夹",
				"git has no history of %s: after --git stands the folder of the flows in its repository", c.Git)
		}
		return a.Usage("%s 里没有保存过的版本", "no versions are kept in %s", c.Data)
	}
	if c.All {
		for _, p := range line {
			if err := q.judge(a, p); err != nil {
				return err
			}
		}
	}
	since, err := q.since(a, line)
	if err != nil {
		return err
	}
	return c.tell(a, line, since)
}

// question is what is asked of each version: a claim as in rules, or how long it may take to a person.
type question struct {
	claim  string
	person bool
	most   time.Duration
}

// toPerson is how the time to a person is asked for.
var toPerson = regexp.MustCompile(`^\s*(?:到\s*人工|to\s+a\s+person|to\s+person)\s*(?:>|＞|超过|over)\s*([0-9]+(?:\.[0-9]+)?)\s*` +
	`(秒钟?|s|sec|分钟?|min|m)\s*$`)

func (q *question) shorthand(a *app) error {
	m := toPerson.FindStringSubmatch(q.claim)
	if m == nil {
		return nil
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || n > 1e6 {
		return a.Usage("看不懂 %s", "%s is not understood", m[1])
	}
	unit := time.Second
	if strings.HasPrefix(m[2], "分") || strings.HasPrefix(m[2], "m") {
		unit = time.Minute
	}
	q.person, q.most = true, time.Duration(n*float64(unit))
	return nil
}

// ruleFile is the file in which a rule is asked of a version.
const ruleFile = "追问.flow"

// ruleName is its name there.
const ruleName = "追问"

// judge asks a version, once.
func (q *question) judge(a *app, p *past) error {
	if p.judged {
		return nil
	}
	p.judged = true
	folder, clean, err := p.open()
	if err != nil {
		p.Unasked = err.Error()
		return nil
	}
	defer clean()
	program, err := a.load(folder)
	if err != nil {
		p.Unasked = err.Error()
		return nil
	}
	program.Silent = true
	if !q.person {
		program.Overlay(ruleFile, []byte(fmt.Sprintf("规则 %q {\n  %s\n}\n", ruleName, q.claim)))
		if err := program.Load(); err != nil {
			return cli.Wrong(err)
		}
	}
	j := program.Decide(program.Options)
	for _, d := range j.Findings {
		if d.Severity != diag.Error || d.Code == "RX3015" || d.Code == "RX3018" {
			continue
		}
		p.Unasked = d.File + ": " + d.Sentence(a.Tongue)
		if d.File == ruleFile {
			p.Unasked = d.Sentence(a.Tongue)
		}
		return nil
	}
	if q.person {
		q.times(a, p, rules.ToPerson(j.Checked, j.Graph, program.Options.Voice, dialled(j.Checked)))
		return nil
	}
	for i := range j.Verdicts {
		if v := &j.Verdicts[i]; v.Rule.File == ruleFile && v.State != rules.Proved {
			p.Broken, p.Why = true, v.Why.In(a.Tongue)
		}
	}
	return nil
}

// dialled are the flows that calls to a number enter.
func dialled(p *check.Program) (flows []*check.FlowInfo) {
	for _, n := range p.Numbers {
		if n.Flow != nil {
			flows = append(flows, n.Flow)
		}
	}
	return flows
}

// times tells whether a person may be too far from where calls come in, and how far.
func (q *question) times(a *app, p *past, of map[*check.FlowInfo][]rules.Time) {
	flows := slices.SortedFunc(maps.Keys(of), func(x, y *check.FlowInfo) int { return strings.Compare(x.Name, y.Name) })
	for _, f := range flows {
		t, ok := rules.Worst(of[f])
		if !ok || t.Worst >= 0 && t.Worst <= q.most {
			continue
		}
		p.Broken = true
		if p.Why != "" {
			p.Why += a.Say("；", "; ")
		}
		if t.Worst < 0 {
			p.Why += a.Say("从 %s 到人工没有上限", "from %s to a person there is no bound", f.Name)
			continue
		}
		p.Why += a.Say("从 %s 到人工最多要 %s秒", "from %s to a person it takes up to %s s", f.Name,
			strconv.FormatFloat(t.Worst.Seconds(), 'f', -1, 64))
	}
}

// since is the index of the version since which the rule does not hold, the oldest first; -1 if it holds of the newest.
// It goes back in growing steps to one of which it holds, and then halves what lies between: the two that it ends at
// are next to each other, whatever happened before.
func (q *question) since(a *app, line []*past) (int, error) {
	last := len(line) - 1
	if err := q.judge(a, line[last]); err != nil || !line[last].Broken {
		return -1, err
	}
	bad, good := last, -1
	for step := 1; bad > 0; step *= 2 {
		at := max(last-step, 0)
		if err := q.judge(a, line[at]); err != nil {
			return 0, err
		}
		if !line[at].Broken {
			good = at
			break
		}
		bad = at
	}
	for bad-good > 1 {
		at := (bad + good) / 2
		if err := q.judge(a, line[at]); err != nil {
			return 0, err
		}
		if line[at].Broken {
			bad = at
		} else {
			good = at
		}
	}
	return bad, nil
}

// keptVersions are those that a server kept, in the order in which they served first.
func (a *app) keptVersions(data string) ([]*past, error) {
	d, err := a.traces(data)
	if err != nil {
		return nil, err
	}
	history, err := deploy.History(d.versions())
	if err != nil {
		return nil, cli.Wrong(err)
	}
	var line []*past
	seen := map[string]bool{}
	for _, h := range history {
		if seen[h.Hash] {
			continue
		}
		seen[h.Hash] = true
		line = append(line, &past{ID: h.Hash, By: h.By, At: h.At.In(d.zone),
			open: func() (string, func(), error) { return a.unpacked(d, h.Hash) }})
	}
	// What serves is the newest, whenever it came first.
	if hash, err := deploy.Last(d.versions()); err == nil && hash != "" {
		if i := slices.IndexFunc(line, func(p *past) bool { return p.ID == hash }); i >= 0 {
			p := line[i]
			line = append(slices.Delete(line, i, i+1), p)
		}
	}
	return line, nil
}

// unpacked puts what a kept version was compiled from into a folder of its own.
func (a *app) unpacked(d *day, hash string) (folder string, clean func(), err error) {
	v, err := d.version(hash)
	if err != nil {
		return "", nil, err
	}
	if len(v.Sources) == 0 {
		return "", nil, a.Usage("发布的是程序包，没有源文件", "it was deployed as a bundle, without its sources")
	}
	return source.Unpack(v)
}

// mostRevisions bounds how far back git is asked.
const mostRevisions = 2000

// revisions are the revisions in git that changed a folder, the oldest first, and what lies in the folder now where it
// is not committed. A folder that is there is asked of in its own repository, one that is gone in that of the working
// directory.
func (a *app) revisions(folder string) ([]*past, error) {
	from, inside := a.File(folder), "."
	if info, err := os.Stat(from); err != nil || !info.IsDir() {
		from, inside = a.Dir, folder
	}
	git := exec.Command("git", "log", "--first-parent", "-n", strconv.Itoa(mostRevisions),
		"--format=%H%x00%an%x00%aI%x00%s", "--", inside)
	git.Dir = from
	var said strings.Builder
	git.Stderr = &said
	out, err := git.Output()
	if err != nil {
		return nil, a.Usage("git 不能列出 %s 的历史：%s", "git cannot tell the history of %s: %s", folder,
			gitSaid(&said, err))
	}
	var line []*past
	for row := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(row, "\n"), "\x00")
		if len(f) != 4 {
			continue
		}
		at, err := time.Parse(time.RFC3339, f[2])
		if err != nil {
			continue
		}
		line = append(line, &past{ID: f[0], By: f[1], At: at, Subject: f[3],
			open: func() (string, func(), error) { return a.archived(from, f[0], inside) }})
	}
	slices.Reverse(line)
	return line, nil
}

// tell prints what was found. The exit status is 1 if the newest version breaks the rule.
func (c *blameCmd) tell(a *app, line []*past, since int) error {
	if c.JSON {
		var first *past
		if since >= 0 {
			first = line[since]
		}
		asked := []*past{}
		for _, p := range line {
			if p.judged {
				asked = append(asked, p)
			}
		}
		if err := cli.WriteJSON(a.Out, struct {
			Rule  string  `json:"rule"`
			Since *past   `json:"since"`
			Asked []*past `json:"asked"`
		}{c.Rule, first, asked}); err != nil {
			return err
		}
	} else {
		c.print(a, line, since)
	}
	if since >= 0 {
		return cli.ErrFindings
	}
	if p := line[len(line)-1]; p.Unasked != "" {
		return a.Usage("最新的版本没法查：%s", "the newest version cannot be asked: %s", cli.Printable(p.Unasked))
	}
	return nil
}

func (c *blameCmd) print(a *app, line []*past, since int) {
	if c.All {
		for _, p := range line {
			state := a.Say("没有", "no")
			switch {
			case p.Unasked != "":
				state = a.Say("查不了：", "cannot be asked: ") + cli.Printable(p.Unasked)
			case p.Broken:
				state = a.Say("有：", "yes: ") + cli.Printable(p.Why)
			}
			fmt.Fprintf(a.Out, "%s  %s\n", p.named(), state)
		}
	}
	last := line[len(line)-1]
	switch {
	case since < 0 && last.Unasked == "":
		fmt.Fprintln(a.Out, a.Say("现在的版本 %.12s 没有这样的情况", "there is no such thing in version %.12s, the newest",
			last.ID))
	case since == 0:
		fmt.Fprintln(a.Out, a.Say("有记录以来就是这样，最早的是", "it has been so as far back as is kept, the oldest being"))
	case since > 0:
		fmt.Fprintln(a.Out, a.Say("从这个版本起：", "since this version:"))
	}
	if since < 0 {
		return
	}
	p := line[since]
	fmt.Fprintf(a.Out, "  %s\n  %s\n", p.named(), cli.Printable(p.Why))
	if since > 0 && line[since-1].Unasked != "" {
		fmt.Fprintln(a.Out, a.Say("  前一个版本 %.12s 查不了：%s", "  the version before, %.12s, cannot be asked: %s",
			line[since-1].ID, cli.Printable(line[since-1].Unasked)))
	}
}

// named is a version with who made it and when.
func (p *past) named() string {
	s := fmt.Sprintf("%.12s  %s  %s", p.ID, p.At.Format("2006-01-02 15:04"), cli.Printable(p.By))
	if p.Subject != "" {
		s += "  " + cli.Printable(p.Subject)
	}
	return s
}
