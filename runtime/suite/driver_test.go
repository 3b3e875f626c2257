package suite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/diag"
	"rexian/runtime/sim"
)

// picky is a driver that plays on the simulated line, but not what a line in real time could not.
type picky struct {
	simulated
	asked *[]Needs
}

func (p picky) Declines(n Needs) diag.Text {
	*p.asked = append(*p.asked, n)
	switch {
	case n.Clock:
		return diag.Text{Zh: "要设时间", En: "sets the clock"}
	case n.Wait > 30_000:
		return diag.Text{Zh: "要等太久", En: "waits too long"}
	}
	return diag.Text{}
}

const driven = small + `
测试 "打通" { 拨打 "12366" 主叫 "13800138000" 听到 "限额请按6" 按 "6" 隔 2秒 听到 "限额" 应当 挂机 应当 标记 "没有" }
测试 "设时间" { 时间 2026-10-12 09:30 拨打 "12366" 主叫 "13800138000" 听到 "您好" }
测试 "等很久" { 拨打 "12366" 主叫 "13800138000" 等待 25秒 不按键 }
测试 "座席" { 假设 公告 开启 拨打 "12366" 主叫 "13800138000" 听到 "您好" 座席签入 }
测试 "外呼和短信" { 发来 "ZQ" 主叫 "13800138000" 应当 回复 拨出 催缴 给 {名称: "甲", 电话: "13800138000"} 接听 听到 "甲" }
`

func TestADriverMayDecline(t *testing.T) {
	o := built(t, driven)
	var asked []Needs
	o.Driver, o.AtOnce = picky{asked: &asked}, 1
	report, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	want := []Needs{
		{Wait: 2000, Facts: []sim.FactKind{sim.HungUp, sim.Marked}},
		{Clock: true},
		{Wait: 25_000 + SilenceTime},
		{Assumes: true, Agents: true},
		{Message: true, Campaign: true, Facts: []sim.FactKind{sim.Reply}},
	}
	if d := cmp.Diff(want, asked); d != "" {
		t.Error(d)
	}
	var said []string
	for _, r := range report.Results {
		switch {
		case r.Skipped != nil:
			said = append(said, r.Skipped.En)
		case r.Passed:
			said = append(said, "passed")
		default:
			said = append(said, string(r.Failures[0].Code))
		}
	}
	if got := strings.Join(said, ", "); got != "RX7013, sets the clock, waits too long, passed, passed" {
		t.Error(got)
	}
	if report.Passed != 2 || report.Failed != 1 || report.Skipped != 2 {
		t.Errorf("%d passed, %d failed, %d skipped", report.Passed, report.Failed, report.Skipped)
	}
}

// What is left out is told with its reason, after the driver was asked; and each test counts as progress.
func TestTestsMayBeLeftOut(t *testing.T) {
	o := built(t, driven)
	var asked []Needs
	var done []int
	o.Driver, o.AtOnce = picky{asked: &asked}, 1
	o.LeaveOut = func(name string) diag.Text {
		if name == "设时间" || name == "座席" {
			return diag.Text{Zh: "太长", En: "too long"}
		}
		return diag.Text{}
	}
	o.Progress = func(n, total int) { done = append(done, n*10+total) }
	report, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if s := report.Results[1].Skipped; s == nil || s.En != "sets the clock" {
		t.Errorf("the driver's reason comes first: %v", s)
	}
	if s := report.Results[3].Skipped; s == nil || s.En != "too long" || report.Results[3].Transcript != nil {
		t.Errorf("left out: %v", s)
	}
	if report.Skipped != 3 || report.Passed != 1 {
		t.Errorf("%d passed, %d skipped", report.Passed, report.Skipped)
	}
	if d := cmp.Diff([]int{15, 25, 35, 45, 55}, done); d != "" {
		t.Error(d)
	}
}

// dead is a driver whose line is down.
type dead struct{ simulated }

func (dead) Dial(context.Context, Start) (Call, error) { return nil, errors.New("the line is down") }

func TestALineThatIsDown(t *testing.T) {
	o := built(t, driven)
	o.Driver = dead{}
	report, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if r.Passed || len(r.Failures) != 1 || r.Failures[0].Code != "RX7019" ||
			!strings.Contains(r.Failures[0].Sentence(diag.En), "the line is down") {
			t.Error(told(r))
		}
	}
}

func TestStoppedTestsAreSkipped(t *testing.T) {
	o := built(t, driven)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	report, err := RunContext(ctx, o)
	if err != nil || report.Skipped != len(report.Results) {
		t.Error(err, report.Skipped)
	}
}

// behind is the simulated call behind nothing but the interface: a test sees no more of a call than any driver shows.
type behind struct{ Call }

type behindDriver struct{ simulated }

func (behindDriver) Dial(ctx context.Context, s Start) (Call, error) {
	c, err := simulated{}.Dial(ctx, s)
	return behind{c}, err
}

func TestTheSameThroughTheInterface(t *testing.T) {
	o := built(t, driven)
	direct, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Driver = behindDriver{}
	through, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range direct.Results {
		if d := cmp.Diff(told(r), told(through.Results[i])); d != "" {
			t.Error(fmt.Sprintf("%s:\n%s", r.Name, d))
		}
	}
}
