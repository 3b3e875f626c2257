package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// verbs are the commands that do what the operations of the administration do, by the operations' ids.
var verbs = map[string]string{
	"list-announcements": "announce list", "name-announcement": "announce name",
	"forget-announcement": "announce forget", "list-unknown-announcements": "announce unknown",
	"play-announcement": "announce play",
	"list-queues":       "queue list", "close-queue": "queue close", "take-over": "calls takeover",
	"pick-up": "calls pickup", "dial": "calls dial", "get-deployment": "deploy", "deploy": "deploy",
	"get-changes": "deploy", "reload": "reload", "turn-switch": "switch", "list-switches": "switch",
	"get-switch": "switch", "get-queue": "queue list",
	"list-bans": "guard list", "ban": "guard ban", "unban": "guard unban",
	"list-closures": "closure list", "set-closure": "closure set", "lift-closure": "closure lift",
	"list-calls": "calls list", "get-call": "calls show", "hang-up": "calls hangup", "supervise": "calls listen",
	"drop-party": "calls drop", "consult": "calls consult", "complete-transfer": "calls complete",
	"end-consultation": "calls back", "transfer": "calls transfer", "call-for-help": "calls emergency",
	"add-party": "calls add", "hold": "calls hold", "get-sip-messages": "trace",
	"list-agents": "agent list", "get-agent": "agent list", "put-agent": "agent add", "remove-agent": "agent remove",
	"set-agent-state": "agent break", "get-agent-day": "agent day", "list-ratings": "agent ratings",
	"list-campaigns": "campaign list", "get-campaign": "campaign status", "order-campaign": "campaign start",
	"preflight": "campaign preflight", "list-attempts": "campaign results", "get-campaign-results": "campaign results",
	"list-surveys": "survey list", "get-survey": "survey results", "compare-surveys": "survey compare",
	"list-follow-ups": "followup list", "share-follow-ups": "followup share", "get-follow-up": "followup show",
	"change-follow-up": "followup hand",
	"list-recordings":  "recording list", "export-recordings": "recording export",
	"check-recordings": "recording check",
	"get-recording":    "recording show", "play-recording": "recording play", "hold-recording": "recording hold",
	"delete-recording": "recording delete",
	"list-voicemails":  "voicemail list", "get-voicemail": "voicemail list", "play-voicemail": "voicemail play",
	"order-voicemail": "voicemail done",
	"list-callbacks":  "callback list", "get-callback": "callback show", "order-callback": "callback finish",
	"list-tickets": "ticket list", "open-ticket": "ticket open", "get-ticket": "ticket show",
	"act-on-ticket": "ticket act",
	"list-lists":    "lists names", "list-entries": "lists entries", "get-entry": "lists show",
	"put-entry": "lists add", "approve-entry": "lists approve", "remove-entry": "lists remove",
	"list-users": "user list", "get-user": "user list", "put-user": "user add", "disable-user": "user disable",
	"list-keys": "user key list", "make-key": "user key make", "revoke-key": "user key revoke",
}

// wordless are the operations that have no command, and why.
var wordless = map[string]string{
	"sign-in": "a browser's: a command shows a token", "sign-out": "a browser's", "get-session": "a browser's",
	"edit-flows": "an editor's: rexian lsp speaks without a server", "get-peaks": "a picture of a waveform",
	"receive-message": "a gateway's: what it delivers", "get-live": "for pages: the lists tell what is now",
	"listen-live": "for pages",
}

// Each operation of the administration has a command, or says why not.
func TestEveryVerbIsACommand(t *testing.T) {
	var out bytes.Buffer
	a := &app{App: cli.App{Dir: t.TempDir(), In: strings.NewReader(""), Out: &out, Err: &out, Now: time.Now()}}
	if status := run(a, []string{"--help"}, func(string) string { return "" }); status != 0 {
		t.Fatal(status, out.String())
	}
	ids := api.Operations()
	for _, id := range ids {
		words, ok := verbs[id]
		if _, none := wordless[id]; none == ok {
			t.Errorf("%s has no command, or has one and says that it has none", id)
		}
		n := a.model.Node
		for word := range strings.FieldsSeq(words) {
			i := slices.IndexFunc(n.Children, func(c *kong.Node) bool { return c.Name == word })
			if i < 0 {
				t.Errorf("%s: there is no command %q", id, words)
				break
			}
			n = n.Children[i]
		}
	}
	if n := len(verbs) + len(wordless); n != len(ids) {
		t.Errorf("%d operations are named, there are %d", n, len(ids))
	}
}
