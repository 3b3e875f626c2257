package user

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/pin"
)

var now = time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)

const good = "Rexian-12366"

func store(d *db.DB) *Store { return Open(d, pin.Hash{Time: 1, Memory: 64}) }

func is(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// Users sign in with their passwords, are locked after five wrong ones, and are signed out by whatever changes them.
func TestUsersAndSessions(t *testing.T) {
	seen := Scope{Queues: []string{"综合"}, Groups: []string{"一班", "二班"}, Districts: []string{"历下区"}}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := store(d), t.Context()
		for _, c := range []struct {
			name, password string
			roles          []string
			want           error
		}{
			{"Li Min", good, []string{"agent"}, ErrName}, {"limin", good, nil, ErrName},
			{"limin", "short-1A", []string{"agent"}, ErrPassword},
			{"limin", "alllowercase12", []string{"agent"}, ErrPassword},
			{"limin", "", []string{"agent"}, ErrPassword}, {"limin", good, []string{"system", "audit"}, ErrApart},
			{"limin", good, []string{"agent", "audit"}, nil}, {"wang", good, []string{"supervisor"}, nil},
		} {
			is(t, c.name+" "+c.password, s.PutUser(ctx, User{Name: c.name, Roles: c.roles, Scope: seen, By: "t"},
				c.password, now), c.want)
		}
		_, _, err := s.SignIn(ctx, "nobody", good, now)
		is(t, "an unknown name", err, ErrSignIn)
		token, u, err := s.SignIn(ctx, "limin", good, now)
		if err != nil || !slices.Equal(u.Roles, []string{"agent", "audit"}) || !reflect.DeepEqual(u.Scope, seen) {
			t.Fatalf("%+v, %v", u, err)
		}
		at := func(after time.Duration, want error) {
			t.Helper()
			_, err := s.Session(ctx, token, now.Add(after))
			is(t, after.String(), err, want)
		}
		at(29*time.Minute, nil)
		at(58*time.Minute, nil) // it was used meanwhile
		at(90*time.Minute, ErrSession)
		if token, _, err = s.SignIn(ctx, "limin", good, now); err != nil {
			t.Fatal(err)
		}
		is(t, "another role", s.PutUser(ctx, User{Name: "limin", Roles: []string{"agent"}}, "", now), nil)
		at(0, ErrSession)

		var wg sync.WaitGroup
		for range Tries {
			wg.Go(func() {
				_, _, err := s.SignIn(ctx, "limin", "wrong", now)
				if !errors.Is(err, ErrSignIn) && !errors.Is(err, ErrLocked) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		_, _, err = s.SignIn(ctx, "limin", good, now)
		is(t, "the right one after five wrong", err, ErrLocked)
		_, _, err = s.SignIn(ctx, "wang", good, now)
		is(t, "another user", err, nil)
		if token, _, err = s.SignIn(ctx, "limin", good, now.Add(LockFor)); err != nil {
			t.Fatal(err)
		}
		is(t, "sign out", s.SignOut(ctx, token), nil)
		at(LockFor, ErrSession)
		is(t, "disable nobody", s.Disable(ctx, "nobody", true, 0, "t", now), ErrNone)
		is(t, "disable", s.Disable(ctx, "limin", true, 0, "t", now), nil)
		_, _, err = s.SignIn(ctx, "limin", good, now.Add(LockFor))
		is(t, "a disabled user", err, ErrSignIn)
		list, err := s.List(ctx, "", 1)
		if err != nil || len(list) != 1 || list[0].Name != "limin" || !list[0].Disabled {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err = s.List(ctx, "limin", 9); err != nil || len(list) != 1 || list[0].Name != "wang" {
			t.Errorf("%+v, %v", list, err)
		}
		_, err = s.Get(ctx, "nobody")
		is(t, "read nobody", err, ErrNone)
	})
}

// A key opens what it was made for until it is revoked or expires; its secret is not in the database.
func TestKeysAndOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := store(d), t.Context()
		secret, k, err := s.MakeKey(ctx,
			Key{Label: "CRM", Permits: []string{"calls:read"}, Expires: now.Add(time.Hour).UnixMilli(),
				By: "t"}, now)
		if err != nil || !IsKey(secret) {
			t.Fatal(secret, err)
		}
		got, err := s.ByKey(ctx, secret, now)
		if err != nil || got.ID != k.ID || !slices.Equal(got.Permits, []string{"calls:read"}) {
			t.Errorf("%+v, %v", got, err)
		}
		for _, wrong := range []string{"", "rxk_", "rxk_" + k.ID, "rxk_" + k.ID + "_X", secret + "X", "rxk_x_y"} {
			_, err := s.ByKey(ctx, wrong, now)
			is(t, wrong, err, ErrKey)
		}
		_, err = s.ByKey(ctx, secret, now.Add(time.Hour))
		is(t, "expired", err, ErrKey)
		is(t, "revoke", s.Revoke(ctx, k.ID, now), nil)
		is(t, "revoke again", s.Revoke(ctx, k.ID, now), ErrKey)
		_, err = s.ByKey(ctx, secret, now)
		is(t, "revoked", err, ErrKey)
		if list, err := s.Keys(ctx, "", 9); err != nil || len(list) != 1 || list[0].Revoked == 0 {
			t.Errorf("%+v, %v", list, err)
		}
		fresh, _, _, err := s.Once(ctx, "a 1", "body", now)
		if !fresh || err != nil {
			t.Fatal(err)
		}
		_, _, _, err = s.Once(ctx, "a 1", "body", now)
		is(t, "while it runs", err, ErrRunning)
		is(t, "done", s.Done(ctx, "a 1", 200, "{}"), nil)
		fresh, status, answer, err := s.Once(ctx, "a 1", "body", now)
		if fresh || status != 200 || answer != "{}" || err != nil {
			t.Errorf("again: %v %d %s %v", fresh, status, answer, err)
		}
		_, _, _, err = s.Once(ctx, "a 1", "another", now)
		is(t, "another order", err, ErrOther)
		if fresh, _, _, err = s.Once(ctx, "a 1", "another", now.Add(25*time.Hour)); !fresh || err != nil {
			t.Errorf("the next day: %v %v", fresh, err)
		}
		is(t, "forgotten", s.Done(ctx, "a 1", 0, ""), nil)
		if fresh, _, _, err = s.Once(ctx, "a 1", "body", now); !fresh || err != nil {
			t.Errorf("once more: %v %v", fresh, err)
		}
	})
}
