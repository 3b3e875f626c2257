package message

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Template is a text with variables in braces, kept by staff: "您有{笔数}笔欠税". It is used once another person has approved
// it.
type Template struct {
	Name       string `db:"name"`
	Lang       string `db:"lang"` // zh, en
	Subject    string `db:"subject"`
	Body       string `db:"body"`
	Variables  string `db:"variables"` // their names with commas between, in the order of the text
	ApprovedBy string `db:"approved_by"`
	UpdatedBy  string `db:"updated_by"`
	UpdatedAt  int64  `db:"updated_at"` // Unix milliseconds
}

// The errors of templates.
var (
	ErrBraces      = errors.New("a brace is not closed, or holds no name")
	ErrNotApproved = errors.New("the template is not approved")
	ErrOwnApproval = errors.New("a template is approved by another person than changed it")
)

// MissingError names the variables of a template that were not given, or that it does not have.
type MissingError struct{ Missing, Extra []string }

func (e *MissingError) Error() string {
	var parts []string
	if len(e.Missing) > 0 {
		parts = append(parts, "not given: "+strings.Join(e.Missing, ", "))
	}
	if len(e.Extra) > 0 {
		parts = append(parts, "not in the template: "+strings.Join(e.Extra, ", "))
	}
	return strings.Join(parts, "; ")
}

var hole = regexp.MustCompile(`\{([\p{L}_][\p{L}\p{N}_]{0,49})\}`)

// variables lists the names in braces, each once.
func variables(text string) ([]string, error) {
	if rest := hole.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
		return nil, ErrBraces
	}
	var names []string
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names, nil
}

// PutTemplate enters a template, or changes it; then it must be approved anew.
func (s *Store) PutTemplate(ctx context.Context, t Template, now time.Time) error {
	t.Name, t.Lang = intake.Line(t.Name, intake.MaxName), intake.Line(t.Lang, 10)
	t.Subject, t.Body, t.UpdatedBy = intake.Line(t.Subject, intake.MaxName), intake.Text(t.Body, MaxMail),
		intake.Line(t.UpdatedBy, intake.MaxName)
	if t.Name == "" || t.Lang == "" || t.Body == "" || t.UpdatedBy == "" {
		return fmt.Errorf("a template has a name, a language, a text and who wrote it: %w", ErrEmpty)
	}
	names, err := variables(t.Subject + "\n" + t.Body)
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, `INSERT INTO message_templates (name, lang, subject, body, variables, approved_by, updated_by, updated_at) VALUES (?, ?, ?, ?, ?, '', ?, ?)
		ON CONFLICT (name, lang) DO UPDATE SET subject = excluded.subject, body = excluded.body, variables = excluded.variables, approved_by = '',
		updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		t.Name, t.Lang, t.Subject, t.Body, strings.Join(names, ","), t.UpdatedBy, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("enter a template: %w", err)
	}
	return nil
}

// ApproveTemplate lets a template be used. seen is its UpdatedAt as the approver saw it: a text changed since is not
// approved. The outcome is not_found.
func (s *Store) ApproveTemplate(ctx context.Context, name, lang, approver string, seen int64) error {
	t, err := s.template(ctx, name, lang)
	if err != nil {
		return err
	}
	if approver = intake.Line(approver, intake.MaxName); approver == "" || approver == t.UpdatedBy {
		return ErrOwnApproval
	}
	if err := db.Changed(s.db.Exec(ctx,
		`UPDATE message_templates SET approved_by = ? WHERE name = ? AND lang = ? AND updated_at = ?`, approver, t.Name,
		t.Lang, seen)); err != nil {
		return fmt.Errorf("approve a template: %w", err)
	}
	return nil
}

func (s *Store) template(ctx context.Context, name, lang string) (Template, error) {
	var t Template
	err := s.db.Get(ctx, &t,
		`SELECT name, lang, subject, body, variables, approved_by, updated_by, updated_at FROM message_templates WHERE name = ? AND lang = ?`,
		intake.Line(name, intake.MaxName), intake.Line(lang, 10))
	if db.IsNotFound(err) {
		return t, fn.Outcome("not_found")
	}
	if err != nil {
		return t, fmt.Errorf("read a template: %w", err)
	}
	return t, nil
}

// Render fills an approved template in, in a language or, where it has none, in Chinese. Every variable must be given
// and no other. What is filled in is text: braces in it mean nothing. The outcome is not_found; a *MissingError names
// the variables.
func (s *Store) Render(ctx context.Context, name, lang string, with map[string]string) (subject, body string,
	err error) {
	t, err := s.template(ctx, name, lang)
	if errors.Is(err, fn.Outcome("not_found")) && lang != "zh" {
		t, err = s.template(ctx, name, "zh")
	}
	if err != nil {
		return "", "", err
	}
	if t.ApprovedBy == "" {
		return "", "", ErrNotApproved
	}
	names := strings.FieldsFunc(t.Variables, func(r rune) bool { return r == ',' })
	missing := &MissingError{}
	for _, n := range names {
		if _, ok := with[n]; !ok {
			missing.Missing = append(missing.Missing, n)
		}
	}
	for n := range with {
		if !slices.Contains(names, n) {
			missing.Extra = append(missing.Extra, n)
		}
	}
	slices.Sort(missing.Extra)
	if len(missing.Missing)+len(missing.Extra) > 0 {
		return "", "", missing
	}
	fill := func(text string) string {
		return hole.ReplaceAllStringFunc(text,
			func(h string) string { return intake.Text(with[h[1:len(h)-1]], intake.MaxNote) })
	}
	return intake.Line(fill(t.Subject), intake.MaxName), fill(t.Body), nil
}
