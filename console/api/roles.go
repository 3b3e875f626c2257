package api

import (
	"slices"

	"rexian/stdlib/user"
)

// Permission is what an operation needs; a role has some, and a key of a program is made with some.
type Permission string

// The permissions.
const (
	ReadDeployment Permission = "deployment:read"
	Deploy         Permission = "deployment:change"
	Reload         Permission = "configuration:reload"
	ReadCalls      Permission = "calls:read"
	ControlCalls   Permission = "calls:control"
	ReadRecordings Permission = "recordings:read" // the index, and who has listened
	Listen         Permission = "recordings:listen"
	KeepRecordings Permission = "recordings:keep" // hold and delete
	CheckFiles     Permission = "recordings:check"
	ReadVoicemails Permission = "voicemails:read"
	TakeVoicemails Permission = "voicemails:take"
	ReadAgents     Permission = "agents:read"
	ChangeAgents   Permission = "agents:change"
	ReadCampaigns  Permission = "campaigns:read"
	RunCampaigns   Permission = "campaigns:run"
	ReadSurveys    Permission = "surveys:read"
	TakeFollowUps  Permission = "follow-ups:take"
	ReadCallbacks  Permission = "callbacks:read"
	TakeCallbacks  Permission = "callbacks:take"
	ReadTickets    Permission = "tickets:read"
	OpenTickets    Permission = "tickets:open"
	HandleTickets  Permission = "tickets:handle"
	ChangeLists    Permission = "lists:change" // and read: an entry is a number
	SendMessages   Permission = "messages:send"
	TurnSwitches   Permission = "switches:turn"
	ReadClosures   Permission = "closures:read"
	SetClosures    Permission = "closures:set"
	ReadGuard      Permission = "guard:read"
	ChangeGuard    Permission = "guard:change"
	ReadFigures    Permission = "figures:read"
	Profile        Permission = "server:profile"
	ReadUsers      Permission = "users:read"
	ChangeUsers    Permission = "users:change"

	anybody Permission = ""       // anybody may
	signed  Permission = "signed" // anybody who is known
)

// roles are what people are, and what each of them may. Nobody who lets people in, runs the system or looks at what was
// done may both listen to a recording and take the trace of that away: deleting keeps the trace, and who deletes does
// not listen.
var roles = map[string][]Permission{
	"agent": {ReadVoicemails, TakeVoicemails, ReadCallbacks, TakeCallbacks, ReadTickets, OpenTickets, ReadClosures,
		TakeFollowUps},
	"supervisor": {ReadCalls, ControlCalls, ReadRecordings, Listen, ReadVoicemails, TakeVoicemails, ReadCallbacks,
		TakeCallbacks, ReadTickets, OpenTickets, HandleTickets, ChangeLists, ReadAgents, ChangeAgents, TurnSwitches,
		ReadClosures, SetClosures, TakeFollowUps},
	"quality": {ReadCalls, ReadRecordings, Listen, ReadAgents, ReadSurveys, ReadTickets},
	"dispatcher": {ReadCalls, ReadVoicemails, TakeVoicemails, ReadCallbacks, TakeCallbacks, ReadTickets, OpenTickets,
		HandleTickets, ReadClosures, TakeFollowUps},
	"policy":   {ReadDeployment, Deploy, TurnSwitches, ReadClosures, SetClosures, ReadSurveys},
	"outreach": {ReadCampaigns, RunCampaigns, ReadSurveys, TakeFollowUps, ChangeLists},
	"leader": {ReadCalls, ReadAgents, ReadCampaigns, ReadSurveys, ReadCallbacks, ReadTickets, ReadDeployment,
		ReadClosures},
	"system":   {ReadDeployment, Reload, ReadGuard, ChangeGuard, ReadFigures, Profile, CheckFiles, ReadClosures},
	"security": {ReadUsers, ChangeUsers, KeepRecordings},
	"audit":    {ReadUsers, ReadRecordings, ReadCalls},
}

// permits are all permissions that there are.
var permits = []Permission{ReadDeployment, Deploy, Reload, ReadCalls, ControlCalls, ReadRecordings, Listen,
	KeepRecordings, CheckFiles, ReadVoicemails, TakeVoicemails, ReadCallbacks, TakeCallbacks, ReadTickets, OpenTickets,
	HandleTickets, ChangeLists, ReadAgents, ChangeAgents, ReadCampaigns, RunCampaigns, ReadSurveys, TakeFollowUps,
	SendMessages, TurnSwitches, ReadClosures, SetClosures, ReadGuard, ChangeGuard, ReadFigures, Profile, ReadUsers,
	ChangeUsers}

// Roles lists the roles.
func Roles() []string {
	var list []string
	for r := range roles {
		list = append(list, r)
	}
	slices.Sort(list)
	return list
}

// Supervises tells whether somebody with these roles may listen to calls and come into them.
func Supervises(roles []string) bool { return slices.Contains(permitted(roles), ControlCalls) }

// Principal is who asks.
type Principal struct {
	Name  string
	Roles []string
	May   []Permission // all where Whole is set
	Whole bool         // the server's own token, or this machine where there is none
	Key   bool         // a program's
	user.Scope

	forwarded bool // by another node, which does not have it passed on again
}

// may tells whether somebody may do what needs a permission.
func (p *Principal) may(needs Permission) bool {
	return p.Whole || needs == signed || slices.Contains(p.May, needs)
}
