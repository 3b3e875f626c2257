package api

import (
	"net/http"

	"rexian/runtime/deploy"
)

// operation is one that the interface has: its row says who may, what goes in and comes out, and who carries it out.
type operation struct {
	needs   Permission
	method  string
	path    string
	id      string // of OpenAPI
	summary string
	query   []string // parameters of the query, beside those of a list
	list    string   // the field of the answer that is a list, "" for no list
	in, out any      // samples of the bodies; nil for none
	media   string   // of an answer that is no JSON
	longest int64    // bytes of a request's body; 0: maxBody
	edits   bool     // a change that may name the version that it was made from
	at      located  // finds the node that alone can carry it out; nil: any can
	whole   bool     // a change of edits that replaces all there is: people and programs have to name it
	narrow  bool     // what is seen is within the asker's scope
	of      parted   // finds what the thing belongs to that is named; nil: it is everybody's
	do      http.HandlerFunc
}

// id is the answer that names what was done something with.
type named struct {
	ID string `json:"id"`
}

// search are the parameters by which recordings are found.
var search = []string{"from", "to", "agent", "number", "queue", "ticket", "call", "kind", "rating", "score", "longer",
	"shorter", "deleted"}

// operations are all of them.
func (a *admin) operations() []operation {
	list := a.serverOperations()
	list = append(list, a.callOperations()...)
	list = append(list, a.floorOperations()...)
	list = append(list, a.announcementOperations()...)
	list = append(list, a.officeOperations()...)
	list = append(list, a.callbackOperations()...)
	list = append(list, a.ticketOperations()...)
	list = append(list, a.listOperations()...)
	return append(list, a.userOperations()...)
}

func (a *admin) serverOperations() []operation {
	return []operation{
		{needs: ReadDeployment, method: "GET", path: "/api/v1/deployment", id: "get-deployment",
			summary: "What serves, and how it came about", out: deploy.Status{}, do: a.getDeployment},
		{needs: Deploy, method: "POST", path: "/api/v1/deployment", id: "deploy", of: a.office,
			summary: "Let a version serve, try it, or go back", in: Order{}, out: deploy.Status{},
			do: a.postDeployment},
		{needs: ReadDeployment, method: "GET", path: "/api/v1/deployment/changes", id: "get-changes",
			summary: "What the folder of the flows would change for callers", out: Changes{}, do: a.getChanges},
		{needs: Deploy, method: "GET", path: "/api/v1/editor/ws", id: "edit-flows",
			summary: "A WebSocket on which the language server answers an editor of the flows", out: map[string]any{},
			do: a.getEditor},
		{needs: Reload, method: "POST", path: "/api/v1/reload", id: "reload",
			of: a.office, summary: "Read the configuration anew",
			in: byWhom{}, out: Reloaded{}, do: a.postReload},
		{needs: SendMessages, method: "POST", path: "/api/v1/messages", id: "receive-message",
			summary: "A text that came in; the answer has the reply", in: inbound{}, out: inboundReply{},
			do: a.postMessage},
		{needs: TurnSwitches, method: "GET", path: "/api/v1/switches", id: "list-switches",
			summary: "Switches of the program, as they stand", list: "switches", out: Switch{}, do: a.getSwitches},
		{needs: TurnSwitches, method: "GET", path: "/api/v1/switches/{name}", id: "get-switch",
			summary: "A switch, with a version for If-Match", out: Switch{}, do: a.getSwitch},
		{needs: TurnSwitches, method: "PUT", path: "/api/v1/switches/{name}", id: "turn-switch",
			of: a.office, edits: true,
			summary: "Turn a switch of the program", in: switchOrder{}, out: Switch{}, do: a.putSwitch},
		{needs: ReadGuard, method: "GET", path: "/api/v1/guard/bans", id: "list-bans", summary: "Who is not heard",
			list: "bans", out: Ban{}, do: a.getBans},
		{needs: ChangeGuard, method: "PUT", path: "/api/v1/guard/bans/{address}", id: "ban", of: a.office,
			summary: "Ban a source for a time", in: BanOrder{}, out: Ban{}, do: a.putBan},
		{needs: ChangeGuard, method: "DELETE", path: "/api/v1/guard/bans/{address}", id: "unban", of: a.office,
			summary: "Let a source be heard again", query: []string{"by"}, out: map[string]string{}, do: a.deleteBan},
		{needs: ReadClosures, method: "GET", path: "/api/v1/closures", id: "list-closures",
			summary: "Emergency closures in force and announced, with a version of all for If-Match", list: "closures", out: Closure{}, do: a.getClosures},
		{needs: SetClosures, method: "POST", path: "/api/v1/closures", id: "set-closure", of: a.office, edits: true,
			summary: "Close opening hours in an emergency", in: ClosureOrder{}, out: Closure{}, do: a.postClosure},
		{needs: SetClosures, method: "DELETE", path: "/api/v1/closures/{id}", id: "lift-closure",
			of: a.office, edits: true,
			summary: "Lift a closure", query: []string{"by"}, out: map[string]int64{}, do: a.deleteClosure},
	}
}

func (a *admin) callOperations() []operation {
	return []operation{
		{needs: ReadCalls, method: "GET", path: "/api/v1/calls", id: "list-calls", narrow: true,
			summary: "Calls, the latest first",
			list:    "calls", out: Brief{}, do: a.getCalls},
		{needs: ReadCalls, method: "GET", path: "/api/v1/calls/{id}", id: "get-call", of: a.callParts,
			summary: "A call with its legs",
			out:     Call{}, do: a.getCall},
		{needs: ControlCalls, method: "DELETE", path: "/api/v1/calls/{id}", id: "hang-up",
			of: a.callParts, at: a.callNode,
			summary: "Hang a call up",
			query:   []string{"by"}, out: named{}, do: a.deleteCall},
		{needs: ControlCalls, method: "PUT", path: "/api/v1/calls/{id}/supervisors/{phone}", id: "supervise",
			of: a.callParts, at: a.callNode,
			summary: "A telephone listens, whispers or barges in", in: Supervision{}, out: map[string]string{},
			do: a.putSupervisor},
		{needs: ControlCalls, method: "POST", path: "/api/v1/calls/{id}/parties", id: "add-party",
			of: a.callParts, at: a.callNode,
			summary: "Call somebody into a talk", in: Party{}, out: named{}, do: a.postParty},
		{needs: ControlCalls, method: "DELETE", path: "/api/v1/calls/{id}/parties/{phone}", id: "drop-party",
			of: a.callParts, at: a.callNode,
			summary: "Hang one up who is in a call beside the caller, by telephone, number or agent",
			query:   []string{"by"}, out: named{}, do: a.deleteParty},
		{needs: ControlCalls, method: "POST", path: "/api/v1/calls/{id}/transfer", id: "transfer",
			of: a.callParts, at: a.callNode,
			summary: "Pass a caller on to a number; nobody loses the caller if it does not answer", in: Party{},
			out: named{}, do: a.postTransfer},
		{needs: ControlCalls, method: "POST", path: "/api/v1/calls/{id}/consult", id: "consult",
			of: a.callParts, at: a.callNode,
			summary: "Call a colleague for who talks to the caller, who hears music", in: Party{}, out: named{},
			do: a.postConsult},
		{needs: ControlCalls, method: "POST", path: "/api/v1/calls/{id}/consult/complete", id: "complete-transfer",
			of: a.callParts, at: a.callNode,
			summary: "Give the caller to the colleague who is asked, or who still rings", in: byWhom{}, out: named{},
			do: a.postComplete},
		{needs: ControlCalls, method: "DELETE", path: "/api/v1/calls/{id}/consult", id: "end-consultation",
			of: a.callParts, at: a.callNode,
			summary: "Hang the colleague up who is asked: the caller is back", query: []string{"by"}, out: named{},
			do: a.deleteConsult},
		{needs: ControlCalls, method: "POST", path: "/api/v1/calls/{id}/emergency", id: "call-for-help",
			of: a.callParts, at: a.callNode,
			summary: "Ring the supervisors for a call; the first who answers listens", in: byWhom{}, out: named{},
			do: a.postEmergency},
		{needs: ControlCalls, method: "PUT", path: "/api/v1/calls/{id}/hold", id: "hold",
			of: a.callParts, at: a.callNode,
			summary: "Let a caller hear music, or take them back", in: Holding{}, out: map[string]any{}, do: a.putHold},
		{needs: ReadCalls, method: "GET", path: "/api/v1/calls/{id}/messages", id: "get-sip-messages",
			of: a.callParts, at: a.callNode,
			summary: "The SIP messages of a call that are still kept", out: Messages{}, do: a.getMessages},
		{needs: signed, method: "GET", path: "/api/v1/live", id: "get-live", narrow: true, query: []string{"topics"},
			summary: "Calls, agents and queues as they are now, with a cursor", out: LiveSnapshot{}, do: a.getLive},
		{needs: signed, method: "GET", path: "/api/v1/live/ws", id: "listen-live", narrow: true,
			query:   []string{"topics", "after"},
			summary: "A WebSocket that tells what changes from a cursor on", out: LiveEvent{}, do: a.getLiveSocket},
		{needs: ReadAgents, method: "GET", path: "/api/v1/agents", id: "list-agents", narrow: true,
			summary: "Agents and what they do now", list: "agents", out: Agent{}, do: a.getAgents},
		{needs: ReadAgents, method: "GET", path: "/api/v1/agents/{id}", id: "get-agent", of: a.agentParts,
			summary: "An agent, with a version for If-Match", out: Agent{}, do: a.getAgent},
		{needs: ChangeAgents, method: "PUT", path: "/api/v1/agents/{id}", id: "put-agent", of: a.agentParts,
			edits: true, whole: true,
			summary: "Enter an agent, or change one", in: AgentOrder{}, out: Agent{}, do: a.putAgent},
		{needs: ChangeAgents, method: "DELETE", path: "/api/v1/agents/{id}", id: "remove-agent", of: a.agentParts,
			summary: "Take an agent out", query: []string{"by"}, out: named{}, do: a.deleteAgent},
		{needs: ChangeAgents, method: "POST", path: "/api/v1/agents/{id}/state", id: "set-agent-state",
			of:      a.agentParts,
			summary: "Sign an agent in or out, begin or end a break", in: AgentState{}, out: Agent{},
			do: a.postAgentState},
		{needs: ReadAgents, method: "GET", path: "/api/v1/agents/{id}/day", id: "get-agent-day", of: a.agentParts,
			summary: "What an agent did on a day", query: []string{"date"}, out: AgentDay{}, do: a.getAgentDay},
		{needs: ReadAgents, method: "GET", path: "/api/v1/ratings", id: "list-ratings", narrow: true, list: "ratings",
			summary: "How callers rated the talks of a day, by agent or queue", query: []string{"by", "date"},
			out: Ratings{}, do: a.getRatings},
		{needs: ReadCampaigns, method: "GET", path: "/api/v1/campaigns", id: "list-campaigns", narrow: true,
			summary: "Campaigns and how their latest runs stand", list: "campaigns", out: Campaign{},
			do: a.getCampaigns},
		{needs: ReadCampaigns, method: "GET", path: "/api/v1/campaigns/{name}", id: "get-campaign", of: a.campaignParts,
			summary: "How the latest run of a campaign stands", out: Campaign{}, do: a.getCampaign},
		{needs: RunCampaigns, method: "POST", path: "/api/v1/campaigns/{name}", id: "order-campaign",
			of:      a.campaignParts,
			summary: "Start, pause, resume or stop a campaign", in: CampaignOrder{}, out: Campaign{},
			do: a.postCampaign},
		{needs: ReadCampaigns, method: "GET", path: "/api/v1/campaigns/{name}/preflight", id: "preflight",
			of:      a.campaignParts,
			summary: "What would happen if it were started now", out: Preflight{}, do: a.getPreflight},
		{needs: ReadCampaigns, method: "GET", path: "/api/v1/campaigns/{name}/attempts", id: "list-attempts",
			of:      a.campaignParts,
			summary: "All calls of the latest run", list: "attempts", out: Attempt{}, do: a.getAttempts},
		{needs: ReadCampaigns, method: "GET", path: "/api/v1/campaigns/{name}/results", id: "get-campaign-results",
			of:      a.campaignParts,
			summary: "The calls of the latest run, counted by outcome, hour, class, office or tax", list: "groups",
			query: []string{"by"}, out: CallGroup{}, do: a.getTally},
		{needs: ReadSurveys, method: "GET", path: "/api/v1/surveys", id: "list-surveys",
			summary: "The versions of surveys that somebody was asked", list: "surveys", out: Survey{},
			do: a.getSurveys},
		{needs: ReadSurveys, method: "GET", path: "/api/v1/surveys/{name}", id: "get-survey",
			summary: "The results of a survey", query: []string{"version"}, out: SurveyResults{}, do: a.getSurvey},
		{needs: ReadSurveys, method: "GET", path: "/api/v1/surveys/{name}/comparison", id: "compare-surveys",
			summary: "How answers differ between two versions; a changed question is refused",
			query:   []string{"first", "second", "question"}, out: Comparison{}, do: a.getComparison},
		{needs: TakeFollowUps, method: "GET", path: "/api/v1/follow-ups", id: "list-follow-ups", narrow: true,
			summary: "Follow-ups that people do, of one person or of all", list: "follow_ups",
			query: []string{"of", "state"}, out: FollowUp{}, do: a.getFollowUps},
		{needs: RunCampaigns, method: "POST", path: "/api/v1/follow-ups", id: "share-follow-ups",
			summary: "Share out whom a campaign gave up, or answered tickets", in: FollowUpShare{},
			out: FollowUpShared{},
			do:  a.postFollowUps},
		{needs: TakeFollowUps, method: "GET", path: "/api/v1/follow-ups/{id}", id: "get-follow-up", of: a.followUpParts,
			summary: "A follow-up with its number and its steps", out: FollowUp{}, do: a.getFollowUp},
		{needs: TakeFollowUps, method: "POST", path: "/api/v1/follow-ups/{id}", id: "change-follow-up",
			of:      a.followUpParts,
			summary: "Hand a follow-up to another person, or tell what came of it", in: FollowUpOrder{},
			out: FollowUp{},
			do:  a.postFollowUp},
	}
}

func (a *admin) officeOperations() []operation {
	return []operation{
		{needs: ReadRecordings, method: "GET", path: "/api/v1/recordings", id: "list-recordings", narrow: true,
			summary: "Recordings, the latest first", list: "recordings", query: search, out: Recording{},
			do: a.getRecordings},
		{needs: Listen, method: "GET", path: "/api/v1/recordings/export", id: "export-recordings", narrow: true,
			summary: "A ZIP of what a search finds, with index.csv", query: append([]string{"by"}, search...),
			media: "application/zip", do: a.getRecordingExport},
		{needs: CheckFiles, method: "GET", path: "/api/v1/recordings/check", id: "check-recordings",
			summary: "What the index and the disk do not agree on", out: RecordingCheck{}, do: a.getRecordingCheck},
		{needs: ReadRecordings, method: "GET", path: "/api/v1/recordings/{id}", id: "get-recording",
			of:      a.recordingParts,
			summary: "A recording, with who has listened", out: Recording{}, do: a.getRecording},
		{needs: Listen, method: "GET", path: "/api/v1/recordings/{id}/audio", id: "play-recording",
			of: a.recordingParts, at: a.recordingNode,
			summary: "The sound, by ranges; each playing is written down first", query: []string{"by"},
			media: "audio/wav", do: a.getAudio},
		{needs: Listen, method: "GET", path: "/api/v1/recordings/{id}/peaks", id: "get-peaks",
			of: a.recordingParts, at: a.recordingNode,
			summary: "How loud a recording is, for a waveform", query: []string{"parts"}, out: Peaks{}, do: a.getPeaks},
		{needs: KeepRecordings, method: "PUT", path: "/api/v1/recordings/{id}/hold", id: "hold-recording",
			of:      a.recordingParts,
			summary: "Keep a recording from being deleted, or release it", in: RecordingOrder{}, out: Recording{},
			do: a.putRecordingHold},
		{needs: KeepRecordings, method: "DELETE", path: "/api/v1/recordings/{id}", id: "delete-recording",
			of:      a.recordingParts,
			summary: "Delete a recording; its record stays", query: []string{"by", "reason"}, out: Recording{},
			do: a.deleteRecording},
		{needs: ReadVoicemails, method: "GET", path: "/api/v1/voicemails", id: "list-voicemails", narrow: true,
			summary: "Messages, who waits longest first", list: "voicemails", query: []string{"mailbox", "state"},
			out: Voicemail{}, do: a.getVoicemails},
		{needs: ReadVoicemails, method: "GET", path: "/api/v1/voicemails/{id}", id: "get-voicemail",
			of:      a.recordingParts,
			summary: "A message", out: Voicemail{}, do: a.getVoicemail},
		{needs: TakeVoicemails, method: "GET", path: "/api/v1/voicemails/{id}/audio", id: "play-voicemail",
			of: a.recordingParts, at: a.recordingNode,
			summary: "The sound; a new message is then the asker's", query: []string{"by"}, media: "audio/wav",
			do: a.getVoicemailAudio},
		{needs: TakeVoicemails, method: "POST", path: "/api/v1/voicemails/{id}", id: "order-voicemail",
			of:      a.recordingParts,
			summary: "Take a message, give it back, finish it, or have its caller called back", in: VoicemailOrder{},
			out: Voicemail{}, do: a.postVoicemail},
	}
}
