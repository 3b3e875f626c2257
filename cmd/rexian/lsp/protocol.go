package lsp

import "encoding/json"

// What of the protocol's shapes is used, named as there.

type initializeParams struct {
	RootURI      string `json:"rootUri"`
	RootPath     string `json:"rootPath"`
	Locale       string `json:"locale"`
	Capabilities struct {
		Workspace struct {
			WatchedFiles struct {
				Dynamic bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
		} `json:"workspace"`
	} `json:"capabilities"`
	WorkspaceFolders []struct{ URI string } `json:"workspaceFolders"`
	Options          struct {
		Program string `json:"program"` // the program's folder, within the first workspace folder
		Tongue  string `json:"tongue"`  // zh or en
		Rules   bool   `json:"rules"`   // it wants to be told what became of the rules: see Server.told
	} `json:"initializationOptions"`
}

type documentParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
	Position  position `json:"position"`
	Range     span     `json:"range"`
	NewName   string   `json:"newName"`
	Changes   []change `json:"contentChanges"`
	Reference struct {
		Declaration bool `json:"includeDeclaration"`
	} `json:"context"`
	Query string `json:"query"`
}

type change struct {
	Range *span  `json:"range"`
	Text  string `json:"text"`
}

type commandParams struct {
	Command   string            `json:"command"`
	Arguments []json.RawMessage `json:"arguments"`
}

type location struct {
	URI   string `json:"uri"`
	Range span   `json:"range"`
}

type diagnostic struct {
	Range    span       `json:"range"`
	Severity int        `json:"severity"`
	Code     string     `json:"code"`
	Href     *codeHref  `json:"codeDescription,omitempty"`
	Source   string     `json:"source"`
	Message  string     `json:"message"`
	Related  []relation `json:"relatedInformation,omitempty"`
}

type codeHref struct {
	Href string `json:"href"`
}

type relation struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

type textEdit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

type workspaceEdit struct {
	Changes map[string][]textEdit `json:"changes"`
}

type command struct {
	Title     string `json:"title"`
	Command   string `json:"command"`
	Arguments []any  `json:"arguments,omitempty"`
}

// Numbers that the protocol gives to kinds.
var (
	symbolKinds = map[string]int{"number": 20, "message": 20, "languages": 3, "setting": 14, "switch": 17, "list": 18,
		"table": 23, "call data": 13, "defaults": 3, "calendar": 24, "hours": 24, "prompt": 15, "template": 15,
		"mailbox": 19, "ticket type": 23, "flow": 12, "menu": 10, "queue": 5, "campaign": 2, "survey": 11, "rule": 8,
		"test": 6, "press": 22}
	itemKinds = map[string]int{"keyword": 14, "unit": 11, "day": 12, "type": 25, "style": 20, "tag": 20, "field": 5,
		"function": 3, "module": 9, "argument": 6, "local": 6, "parameter": 6, "call data": 6, "setting": 21,
		"switch": 12, "list": 12, "table": 22, "calendar": 22, "hours": 22, "prompt": 15, "template": 15,
		"mailbox": 19, "queue": 7, "flow": 2, "campaign": 7, "target": 6}
	colourKinds = []string{"keyword", "function", "variable", "parameter", "property", "type", "enumMember", "string",
		"number", "comment", "namespace", "class"}
)
