package table

import (
	"context"
	"fmt"
	"io"
	"time"

	"rexian/lang/diag"
	"rexian/stdlib/callback"
	"rexian/stdlib/intake"
)

// callbackHeader are the columns of the callers who are owed a call.
var callbackHeader = []diag.Text{
	{Zh: "队列", En: "queue"}, {Zh: "号码", En: "number"}, {Zh: "等待自", En: "waiting since"}, {Zh: "原因", En: "cause"},
	{Zh: "状态", En: "state"},
	{Zh: "经办人", En: "done by"}, {Zh: "备注", En: "note"}, {Zh: "通话", En: "call"}, {Zh: "编号", En: "id"},
}

var callbackWords = map[string]diag.Text{
	string(callback.Asked):       {Zh: "预约回呼", En: "asked for it"},
	string(callback.Interrupted): {Zh: "排队中断", En: "interrupted in the queue"},
	string(callback.New):         {Zh: "待回呼", En: "new"}, string(callback.Calling): {Zh: "正在回呼", En: "calling"},
	string(callback.Missed): {Zh: "未接", En: "missed"}, string(callback.Task): {Zh: "待人工回呼", En: "by hand"},
	string(callback.Done): {Zh: "已完成", En: "done"},
}

// ExportCallbacks writes the callbacks in a state ("" for all), who has waited longest first, and returns how many.
// Moments are in zone, China's if nil; numbers are masked unless v.Whole is set.
func ExportCallbacks(ctx context.Context, s *callback.Store, w io.Writer, state callback.State, zone *time.Location,
	v View) (n int, err error) {
	out, err := v.open(w)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	say := func(t diag.Text) string {
		if v.English {
			return t.En
		}
		return t.Zh
	}
	header := make([]string, len(callbackHeader))
	for i, h := range callbackHeader {
		header[i] = say(h)
	}
	err = out.row(header)
	for after := (callback.After{}); err == nil; {
		var list []callback.Callback
		if list, err = s.Page(ctx, "", state, nil, after, page); err != nil || len(list) == 0 {
			break
		}
		for _, c := range list {
			number := c.Number
			if !v.Whole {
				number = MaskPhone(number)
			}
			if err = out.row([]string{c.Queue, number,
				time.UnixMilli(c.Since).In(intake.Zone(zone)).Format(time.DateTime),
				say(callbackWords[string(c.Cause)]),
				say(callbackWords[string(c.State)]), c.DoneBy, c.Note, c.CallID, c.ID}); err != nil {
				break
			}
			n++
		}
		last := list[len(list)-1]
		after = callback.After{Since: last.Since, ID: last.ID}
	}
	if end := out.close(err == nil); err == nil {
		err = end
	}
	if err != nil {
		return n, fmt.Errorf("export: %w", err)
	}
	return n, nil
}
