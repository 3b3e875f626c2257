package check

import (
	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Env is what a program has around it. A nil field is not there.
type Env struct {
	// ReadFile returns the bytes of a file named in the program (a table, a calendar), its path relative to the
	// program's root with "/". Nil: tables are not read, and nothing is said about their content.
	ReadFile func(path string) ([]byte, error)
	// Today is the day of the check, days since 1970-01-01: the start of the horizon within which calendars
	// must hold every year. 0: no horizon is checked.
	Today int64
	// Lasting asks for a program that will do for that horizon: a calendar that lacks a year of it is an error, not a
	// warning.
	Lasting bool
	// Files lists the files of the program's root other than flow files, paths as ReadFile takes them. It is asked at
	// most once, if the program names a recording. Nil: recordings are not looked for.
	Files func() []string
	// Playable tells why a recording of the program cannot be played; "" if it can. Nil: recordings are not opened.
	Playable func(name string, content []byte) diag.Text
	// Library is what the program may call. Nil: the library built in.
	Library *library.Registry
	// Occurrences asks for Program.Occurrences: an editor wants them, a build does not.
	Occurrences bool
	// Settings are the deployment's values for settings, as text, by name.
	Settings map[string]string
	// SettingsAt tells where they were given, by name, for those that have a place.
	SettingsAt map[string]SettingPlace
}

// HoursInfo is one declared schedule.
type HoursInfo struct {
	*Symbol
	Decl     *ast.HoursDecl
	Zone     string        // its own, else that of defaults
	Calendar *CalendarInfo // nil if it has none
	// Schedule is the declaration as data; its Calendar is an index into Program.Calendars.
	Schedule hours.Schedule
	lines    []*ast.HoursLine // of Schedule.Lines
	dated    []*ast.HoursLine // of Schedule.Dated
}

// CalendarInfo is one calendar.
type CalendarInfo struct {
	*Symbol
	Decl *ast.CalendarDecl // with its holidays and periods, also where they come from a file
	Data hours.Calendar
	// unread is set when its file could not be read, which has been reported: nothing is said about what it
	// might hold.
	unread bool
}
