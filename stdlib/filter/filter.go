// Package filter keeps numbers in lists: who is refused, who is warned, who is important, who is never refused.
//
// A flow declares its lists by name (名单 黑名单) and asks whether a number belongs to one; any name may be used. Five names
// mean something to the lists themselves, in either tongue: see the constants. Numbers are compared normalised (no +86,
// no 0 before a mobile number, no blanks), whole or by their first digits. An entry ends by itself: its end is looked
// at when it is read, not when somebody sweeps.
//
// Every call asks, before anything is said; so the answer comes from a copy in memory, which is read again when it is a
// few seconds old and something has changed. While the database is away the last copy serves, over a restart too if it
// has a file.
package filter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// The lists with a meaning, by the names they are stored under.
const (
	Black   = "黑名单"   // refused
	Warning = "警告名单"  // warned, then served
	VIP     = "VIP名单" // served first
	White   = "白名单"   // never black, never warned
	NoCall  = "免拨名单"  // never called by a campaign
)

// canonical are other names of the lists, in lower case.
var canonical = map[string]string{
	"blacklist": Black, "black": Black, "拒绝": Black, "拒接": Black, "拒绝服务": Black, "blacklisted": Black, "refuse": Black,
	"warnlist": Warning, "warning": Warning, "warnings": Warning, "warning_list": Warning, "警告": Warning,
	"warn": Warning,
	"vip":  VIP, "vip_list": VIP, "vips": VIP, "vip名单": VIP, "whitelist": White, "white": White, "白": White,
	"do_not_call": NoCall, "dnc": NoCall, "donotcall": NoCall, "勿拨名单": NoCall, "不拨名单": NoCall,
}

// Name is the name a list is stored under.
func Name(list string) string {
	list = intake.Line(list, intake.MaxName)
	if c := canonical[strings.ToLower(list)]; c != "" {
		return c
	}
	return list
}

// classes are what filter.check answers for a list: the word that its callers are spoken of with.
var classes = map[string][2]string{Black: {"拒绝", "refused"}, Warning: {"警告", "warned"}, VIP: {"VIP", "VIP"},
	White: {"白名单", "whitelisted"}}

// Class is the word for a list in Chinese or English; a list of the flows' own is its own word.
func Class(list string, english bool) string {
	c, ok := classes[list]
	switch {
	case !ok:
		return list
	case english:
		return c[1]
	}
	return c[0]
}

// Entry is one number, or all numbers that begin so, in a list.
type Entry struct {
	List       string `db:"list" json:"list"`
	Pattern    string `db:"pattern" json:"pattern"` // normalised digits
	Prefix     bool   `db:"prefix" json:"prefix"`
	Reason     string `db:"reason" json:"reason"`
	ExpiresAt  int64  `db:"expires_at" json:"expires_at"` // Unix milliseconds; 0: for good
	AddedAt    int64  `db:"added_at" json:"added_at"`
	AddedBy    string `db:"added_by" json:"added_by"`
	ApprovedBy string `db:"approved_by" json:"approved_by"` // who approved an entry for good; "" awaits it
}

// holds tells whether an entry counts at a moment: not over and, if it is to refuse for good, approved.
func (e Entry) holds(at int64) bool {
	if e.ExpiresAt == 0 {
		return e.ApprovedBy != "" || !NeedsApproval(e.List)
	}
	return at < e.ExpiresAt
}

// NeedsApproval: to refuse or warn somebody for good takes a second person.
func NeedsApproval(list string) bool { return list == Black || list == Warning }

// Options are what a deployment may set.
type Options struct {
	Fresh  time.Duration // how old the copy may be; 2 s if 0
	File   string        // where the last copy is kept over a restart; "" keeps none
	Logger *slog.Logger  // told when the last copy has to serve; slog.Default if nil
	Now    func() time.Time
	// Pending is how long an entry for good counts before somebody approves it; 24 hours if 0.
	Pending time.Duration
}

// Store answers which lists a number is in. Its methods may be called at once from many calls.
type Store struct {
	db *db.DB
	o  Options

	mu    sync.Mutex // one reader of the database at a time
	away  bool       // the last reader was not answered
	tried time.Time  // when

	last *snapshot
	view sync.RWMutex // guards last
}

// New returns the lists in d. The copy of Options.File serves until the first answer of the database.
func New(d *db.DB, o Options) *Store {
	if o.Fresh <= 0 {
		o.Fresh = 2 * time.Second
	}
	if o.Pending <= 0 {
		o.Pending = 24 * time.Hour
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{db: d, o: o}
	if o.File != "" {
		var entries []Entry
		b, err := os.ReadFile(o.File)
		if err == nil {
			err = json.Unmarshal(b, &entries)
		}
		if err == nil {
			s.last = index(entries, time.Time{})
			s.last.number = -1 // whatever the database has is newer
		} else if !errors.Is(err, os.ErrNotExist) {
			o.Logger.Warn("the last copy of the filter lists cannot be read", "error", err)
		}
	}
	return s
}

// snapshot is a copy of all entries, found by their number.
type snapshot struct {
	read   time.Time // when it was last known to be true
	number int64     // of the change it holds
	exact  map[string][]Entry
	prefix map[string][]Entry
	widths []int // of the prefixes there are, ascending
	all    []Entry
}

func index(entries []Entry, read time.Time) *snapshot {
	s := &snapshot{read: read, exact: map[string][]Entry{}, prefix: map[string][]Entry{}, all: entries}
	for _, e := range entries {
		if !e.Prefix {
			s.exact[e.Pattern] = append(s.exact[e.Pattern], e)
			continue
		}
		s.prefix[e.Pattern] = append(s.prefix[e.Pattern], e)
		if n := len(e.Pattern); !slices.Contains(s.widths, n) {
			s.widths = append(s.widths, n)
		}
	}
	slices.Sort(s.widths)
	return s
}

// of lists the entries that fit a number, over or not.
func (s *snapshot) of(number string) []Entry {
	list := s.exact[number]
	for _, n := range s.widths {
		if n > len(number) {
			break
		}
		list = append(list[:len(list):len(list)], s.prefix[number[:n]]...)
	}
	return list
}

// copy returns a copy that is fresh enough, or the last one if the database is away. It fails only if there was never
// one.
func (s *Store) copy(ctx context.Context) (*snapshot, error) {
	now := s.o.Now()
	if last := s.current(); last != nil && now.Sub(last.read) < s.o.Fresh && now.Sub(last.read) >= 0 {
		return last, nil
	}
	if !s.mu.TryLock() { // somebody is reading it
		if last := s.current(); last != nil {
			return last, nil
		}
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	last := s.current()
	if last != nil && now.Sub(last.read) < s.o.Fresh && now.Sub(last.read) >= 0 {
		return last, nil
	}
	if last != nil && s.away && now.Sub(s.tried) < s.o.Fresh && now.Sub(s.tried) >= 0 {
		return last, nil
	}
	fresh, err := s.read(ctx, last, now)
	if err != nil {
		if last == nil {
			return nil, fmt.Errorf("read the filter lists: %w", err)
		}
		if !s.away {
			s.o.Logger.Warn("the filter lists cannot be read: the last copy serves", "error", err, "read", last.read)
		}
		s.away, s.tried = true, now
		return last, nil
	}
	if s.away {
		s.away = false
		s.o.Logger.Info("the filter lists are read again")
	}
	s.view.Lock()
	s.last = fresh
	s.view.Unlock()
	if s.o.File != "" && (last == nil || !slices.Equal(last.all, fresh.all)) {
		if err := keep(s.o.File, fresh.all); err != nil {
			s.o.Logger.Warn("the copy of the filter lists is not kept", "error", err)
		}
	}
	return fresh, nil
}

// read asks whether anything has changed since the last copy, and reads all entries if so.
func (s *Store) read(ctx context.Context, last *snapshot, now time.Time) (*snapshot, error) {
	var changes int64
	if err := s.db.Get(ctx, &changes, `SELECT last FROM series WHERE name = 'filter'`); err != nil &&
		!db.IsNotFound(err) {
		return nil, err
	}
	if last != nil && last.number == changes {
		same := *last
		same.read = now
		return &same, nil
	}
	var entries []Entry
	if err := s.db.Select(ctx, &entries, `SELECT list, pattern, prefix, reason, expires_at, added_at, added_by, approved_by FROM filter_entries
		WHERE expires_at = 0 OR expires_at > ?`, now.UnixMilli()); err != nil {
		return nil, err
	}
	fresh := index(entries, now)
	fresh.number = changes
	return fresh, nil
}

func (s *Store) current() *snapshot {
	s.view.RLock()
	defer s.view.RUnlock()
	return s.last
}

// stale makes the next question read the database.
func (s *Store) stale() {
	s.view.Lock()
	defer s.view.Unlock()
	if s.last != nil {
		old := *s.last
		old.read = time.Time{}
		s.last = &old
	}
}

// keep writes the copy whole or not at all.
func keep(file string, entries []Entry) error {
	b, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".filter-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// Lists names the lists that a number is in at a moment. The white list wins: with it no black and no warning one is
// named.
func (s *Store) Lists(ctx context.Context, phone string, at time.Time) ([]string, error) {
	number := intake.Phone(phone)
	if number == "" {
		return nil, nil
	}
	c, err := s.copy(ctx)
	if err != nil {
		return nil, err
	}
	var lists []string
	for _, e := range c.of(number) {
		if e.holds(at.UnixMilli()) && !slices.Contains(lists, e.List) {
			lists = append(lists, e.List)
		}
	}
	if slices.Contains(lists, White) {
		lists = slices.DeleteFunc(lists, func(l string) bool { return l == Black || l == Warning })
	}
	slices.Sort(lists)
	return lists, nil
}

// In tells whether a number belongs to a list, by the list's name in either tongue.
func (s *Store) In(ctx context.Context, list, phone string, at time.Time) (bool, error) {
	lists, err := s.Lists(ctx, phone, at)
	return slices.Contains(lists, Name(list)), err
}

// Check names the list that decides how a number is served: white before black before warning before VIP before the
// flows' own. The outcome is not_found.
func (s *Store) Check(ctx context.Context, phone string, at time.Time) (string, error) {
	lists, err := s.Lists(ctx, phone, at)
	if err != nil {
		return "", err
	}
	for _, l := range []string{White, Black, Warning, VIP} {
		if slices.Contains(lists, l) {
			return l, nil
		}
	}
	if len(lists) > 0 {
		return lists[0], nil
	}
	return "", fn.Outcome("not_found")
}
