package editor

import (
	"rexian/compiler/check"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/words"
)

// Words tells in both tongues what a keyword does; empty for none.
func Words(id string) diag.Text {
	if id == parse.Else {
		id = "otherwise"
	}
	zh, en := words.Doc(id)
	return diag.Text{Zh: zh, En: en}
}

var kindNames = map[check.SymbolKind]string{check.Local: "local", check.Param: "parameter", check.CallData: "call data",
	check.Setting: "setting", check.Switch: "switch", check.NamesList: "list", check.Table: "table",
	check.Calendar: "calendar", check.Hours: "hours", check.Prompt: "prompt", check.Template: "template",
	check.Mailbox: "mailbox", check.Queue: "queue", check.Flow: "flow", check.Campaign: "campaign",
	check.Target: "target", check.Function: "function", check.Tag: "tag", check.Blank: "blank"}

func kindName(k check.SymbolKind) string { return kindNames[k] }

// colourOf is what a name is, as editors colour it.
func colourOf(o check.Occurrence) string {
	if o.Field != nil {
		return "property"
	}
	switch o.Symbol.Kind {
	case check.Param:
		return "parameter"
	case check.Function, check.Template:
		return "function"
	case check.Flow, check.Campaign, check.Queue:
		return "class"
	case check.Tag:
		return "enumMember"
	case check.Prompt, check.Hours, check.Calendar, check.Table, check.Mailbox, check.NamesList:
		return "namespace"
	}
	return "variable"
}
