package vm

import (
	"rexian/compiler/bundle"
	"rexian/runtime/collect"
)

// Effect is what the machine asks of its host, to be answered with one Event. Kind is that of the bundle's
// site, or End. Slices and pointers in it belong to the machine and hold until the next Resume; whoever keeps an
// effect copies them.
//
// Which fields count, by kind:
//
//	Say             Prompt, Args for its holes, MustHear, Each. Queue the sound and answer Done at once
//	Options         Question, Offered: read the labels of the options on offer
//	Pause           Args[0]: milliseconds of silence, queued as sound
//	Language        Lang has changed
//	Collect         Question, Spec: one try
//	Lookup          Name, Args, Within, Playing; for a table Name is "table", Index says which, Args[0] is the key
//	Query           Name "list", "switch" or "hours", Index, Args
//	Record          Args: longest, silence
//	Voicemail       Index: mailbox; the call ends with it
//	Enqueue         Args: queue's name, priority; Offers: keys for which the flow has an arm
//	Transfer        Args: number, within
//	Callback        Args: queue's name, number
//	SMS, Mail       Args: to, text, for a mail subject; Named
//	Fax             Args: file, number; without a number on this call
//	Answer          Name of the survey's question, Args: the answer
//	Attach          Name, Args[0], Type
//	Topic, Reply    Args[0]
//	Mark, Survey    Name
//	End             How, and Args[0] if the entry function returned a value
type Effect struct {
	Kind     bundle.SiteKind `json:"kind"`
	End      bool            `json:"end,omitempty"`
	How      End             `json:"how,omitempty"`
	Name     string          `json:"name,omitempty"`
	Index    int             `json:"index,omitempty"`
	Prompt   int             `json:"prompt,omitempty"`
	Question int             `json:"question,omitempty"`
	Args     []Value         `json:"args,omitempty"`
	Type     string          `json:"type,omitempty"`
	Lang     string          `json:"lang,omitempty"` // the caller's language now
	MustHear bool            `json:"mustHear,omitempty"`
	Each     bool            `json:"each,omitempty"`
	Early    bool            `json:"early,omitempty"` // say: before answering
	Named    bool            `json:"named,omitempty"` // sms: by the program, not by a caller
	Within   int64           `json:"within,omitempty"`
	Playing  int             `json:"playing"` // prompt heard meanwhile, -1 for none
	Offered  uint64          `json:"offered,omitempty"`
	Spec     *collect.Spec   `json:"spec,omitempty"`
	Clear    bool            `json:"clear,omitempty"` // collect: empty the key buffer first (a retry, a confirmation)
	Offers   []string        `json:"offers,omitempty"`
}

// End is how a call ended.
type End uint8

const (
	Running     End = iota
	EndHangup       // the flow hung up
	EndReject       // before answering
	EndMail         // after leaving a message
	EndReturn       // a message flow, survey or expression came to its end
	EndCaller       // the caller hung up; handlers have run
	EndApology      // the third error
	EndDeparted     // left the machine for good, such as a transfer that was not to come back
)

var endNames = [...]string{"running", "hangup", "reject", "voicemail", "return", "caller", "apology", "departed"}

// String returns the name of the ending, as reports write it.
func (e End) String() string {
	if int(e) < len(endNames) {
		return endNames[e]
	}
	return "?"
}
