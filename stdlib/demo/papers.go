package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"rexian/compiler/hours"
	"rexian/stdlib/db"
	"rexian/stdlib/filter"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/knowledge"
	"rexian/stdlib/notice"
	"rexian/stdlib/ticket"
)

// papers loads what has a life of its own through the same functions as staff use.
func papers(ctx context.Context, d *db.DB, g *data) error {
	return errors.Join(tickets(ctx, d, g), notices(ctx, d), documents(ctx, d), lists(ctx, d))
}

// tickets loads a hundred tickets of the weeks before Now, each some steps on its way.
func tickets(ctx context.Context, d *db.DB, g *data) error {
	s := ticket.New(d, ticket.Options{})
	contents := map[string][]string{
		"投诉": {"办税厅排队时间过长", "窗口人员态度不好", "电话无人接听"}, "举报": {"商家拒开发票", "隐匿销售收入"},
		"建议": {"希望增加自助终端", "建议延长周六服务时间"}, "咨询": {"留抵退税条件", "个税汇算补税期限"},
	}
	classes := []string{"投诉", "举报", "建议", "咨询"}
	way := []ticket.Step{{Action: ticket.Dispatch, Unit: "历下区税务局"}, {Action: ticket.Sign}, {Action: ticket.Begin},
		{Action: ticket.Answer, Note: "已按规定办理并答复来电人。"}, {Action: ticket.FollowUp}, {Action: ticket.Archive}}
	for i := range 100 {
		// its own, so that a ticket is the same whether those before it were there or not
		r := rand.New(rand.NewPCG(12366, uint64(i)))
		class := classes[r.IntN(len(classes))]
		at := Now.Add(-time.Duration(r.IntN(30*24)) * time.Hour)
		phone := g.mobiles[r.IntN(len(g.mobiles))]
		steps := r.IntN(len(way) + 1)
		if i == 0 {
			class, phone, at, steps = "投诉", Phone, Now.AddDate(0, 0, -20), 3
		}
		x, err := s.Create(ctx, ticket.Draft{Class: class, Phone: phone,
			Content: contents[class][r.IntN(len(contents[class]))], CallID: fmt.Sprintf("demo-%03d", i),
			Path: "主流程 > 投诉举报", Actor: "demo", Anonymous: class == "举报" && r.IntN(2) == 0}, at)
		if err != nil {
			return err
		}
		if x.State != ticket.Received || x.Version != 1 {
			continue // loaded before
		}
		for _, step := range way[:steps] {
			step.Actor = "demo"
			at = at.Add(time.Duration(1+r.IntN(20)) * time.Hour)
			if _, err := s.Act(ctx, x.Number, step, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func notices(ctx context.Context, d *db.DB) error {
	s := notice.New(d, nil)
	today := intake.Day(Now, nil)
	for i, n := range []notice.Notice{
		{Title: "关于办理2026年10月申报纳税的通告", Summary: "十月申报期限截止到二十六日。", Topic: "增值税"},
		{Title: "关于小规模纳税人增值税政策的公告", Summary: "小规模纳税人减按百分之一征收率征收增值税。", Topic: "增值税"},
		{Title: "关于社会保险费缴费基数的公告", Summary: "缴费基数上下限自七月一日起调整。", Topic: "社保费"},
		{Title: "关于电子税务局升级的通告", Summary: "本周六零时至六时电子税务局暂停服务。", Topic: "办税服务"},
		{Title: "关于数电发票推广的公告", Summary: "全省纳税人均可开具数电发票。", Topic: "发票"},
		{Title: "关于个人所得税汇算的公告", Summary: "汇算时间为三月一日至六月三十日。", Topic: "个人所得税"},
	} {
		n.Number, n.Published = fmt.Sprintf("2026年第%d号", 20-i), today-4-5*hours.Date(i)
		if err := s.Put(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func documents(ctx context.Context, d *db.DB) error {
	s := knowledge.New(d, nil)
	for i, x := range []knowledge.Document{
		{Title: "留抵退税办事指南", Keywords: "增值税 退税", Summary: "符合条件的纳税人可以申请退还留抵税额。", Category: "增值税"},
		{Title: "一般纳税人登记", Keywords: "登记 资格", Summary: "年应税销售额超过五百万元的应当登记。", Category: "登记"},
		{Title: "契税申报指南", Keywords: "房屋 买卖", Summary: "购房应当在办理产权登记前申报契税。", Category: "契税"},
		{Title: "个人所得税汇算清缴指南", Keywords: "汇算 退税 补税", Summary: "可通过个人所得税应用办理。", Category: "个人所得税"},
		{Title: "发票领用与开具", Keywords: "数电发票 红冲", Summary: "数电发票无需领用，登录即可开具。", Category: "发票"},
		{Title: "跨区域涉税事项报告", Keywords: "外出经营", Summary: "外出经营前应当填报跨区域涉税事项报告表。", Category: "登记"},
	} {
		x.Code, x.Number, x.Author, x.Body = fmt.Sprint(1000+i), fmt.Sprintf("ZN-%d", 1000+i), "demo", x.Summary
		x.Effective = intake.Day(Now, nil) - 200
		if _, err := s.Version(ctx, x.Code, 1); err == nil {
			continue // loaded before
		}
		v, err := s.Save(ctx, x, Now)
		if err == nil {
			err = errors.Join(s.Submit(ctx, x.Code, v, Now), s.Publish(ctx, x.Code, v, "demo reviewer", Now))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func lists(ctx context.Context, d *db.DB) error {
	s := filter.New(d, filter.Options{})
	for _, e := range []filter.Entry{
		{List: filter.VIP, Pattern: "15400000001", Reason: "重点税源户", AddedBy: "demo"},
		{List: filter.Warning, Pattern: "15499999998", Reason: "多次骚扰", AddedBy: "demo"},
		{List: filter.Black, Pattern: "15499999999", Reason: "恶意占线", AddedBy: "demo"},
	} {
		if err := s.Add(ctx, e, 0, Now); err != nil {
			return err
		}
		if e.List == filter.VIP {
			continue
		}
		// approved before
		if err := s.Approve(ctx, e.List, e.Pattern, false, "demo approver", Now); err != nil &&
			!errors.Is(err, fn.Outcome("not_found")) {
			return fmt.Errorf("approve %s: %w", e.Pattern, err)
		}
	}
	return nil
}
