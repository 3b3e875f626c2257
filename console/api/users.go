package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"rexian/stdlib/user"
)

// Users are who may use this interface; *user.Store is one.
type Users interface {
	PutUser(ctx context.Context, u user.User, password string, now time.Time) error
	Get(ctx context.Context, name string) (user.User, error)
	List(ctx context.Context, after string, limit int) ([]user.User, error)
	Disable(ctx context.Context, name string, off bool, was int64, by string, now time.Time) error
	SignIn(ctx context.Context, name, password string, now time.Time) (token string, u user.User, err error)
	Session(ctx context.Context, token string, now time.Time) (user.User, error)
	SignOut(ctx context.Context, token string) error
	MakeKey(ctx context.Context, k user.Key, now time.Time) (secret string, made user.Key, err error)
	ByKey(ctx context.Context, secret string, now time.Time) (user.Key, error)
	Keys(ctx context.Context, after string, limit int) ([]user.Key, error)
	Revoke(ctx context.Context, id string, now time.Time) error
	Once(ctx context.Context, key, order string, now time.Time) (fresh bool, status int, answer string, err error)
	Done(ctx context.Context, key string, status int, answer string) error
}

// User is a person who may use this interface.
type User struct {
	Name  string   `json:"name"`
	Shown string   `json:"shown,omitempty"`
	Roles []string `json:"roles"`
	Scope
	Phone    string    `json:"phone,omitempty"` // from which they supervise by codes
	Disabled bool      `json:"disabled"`
	Locked   time.Time `json:"locked_until,omitzero"`
	Changed  time.Time `json:"changed"`
	By       string    `json:"by,omitempty"`
	Version  int64     `json:"version"` // for If-Match
}

// UserOrder is the body of PUT /api/v1/users/NAME.
type UserOrder struct {
	Shown    string   `json:"shown,omitempty"`
	Password string   `json:"password,omitempty"` // stays as it is if empty
	Roles    []string `json:"roles"`
	Scope
	Phone string `json:"phone,omitempty"`
	By    string `json:"by,omitempty"`
}

// UserState is the body of PUT /api/v1/users/NAME/disabled.
type UserState struct {
	Disabled bool   `json:"disabled"`
	By       string `json:"by,omitempty"`
}

// SignIn is the body of POST /api/v1/session.
type SignIn struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// Session is who asks, and what they may.
type Session struct {
	Name    string       `json:"name"`
	Roles   []string     `json:"roles"`
	Permits []Permission `json:"permits"`
	Scope
}

// APIKey is a key of a program; Secret is there once, when it is made.
type APIKey struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Permits []string `json:"permits"`
	Scope
	Expires time.Time `json:"expires,omitzero"`
	Made    time.Time `json:"made"`
	By      string    `json:"by,omitempty"`
	Revoked time.Time `json:"revoked,omitzero"`
	Secret  string    `json:"secret,omitempty"`
}

// KeyOrder is the body of POST /api/v1/keys.
type KeyOrder struct {
	Label   string   `json:"label"`
	Permits []string `json:"permits"`
	Scope
	Expires time.Time `json:"expires,omitzero"`
	By      string    `json:"by,omitempty"`
}

// Reasons of what is not done with users.
const (
	ReasonNoUser  = "no user"
	ReasonBadUser = "bad user"
	ReasonNoKey   = "no key"
	ReasonBadKey  = "bad key"
)

// byWhom is the body of an order that says no more than who gives it.
type byWhom struct {
	By string `json:"by,omitempty"`
}

func (a *admin) userOperations() []operation {
	return []operation{
		{needs: anybody, method: "POST", path: "/api/v1/session", id: "sign-in", summary: "Begin a session: a cookie",
			in: SignIn{}, out: Session{}, do: a.signIn},
		{needs: signed, method: "GET", path: "/api/v1/session", id: "get-session",
			summary: "Who asks, and what they may",
			out:     Session{}, do: a.getSession},
		{needs: signed, method: "DELETE", path: "/api/v1/session", id: "sign-out", summary: "End the session",
			out: map[string]string{}, do: a.signOut},
		{needs: ReadUsers, method: "GET", path: "/api/v1/users", id: "list-users", summary: "People and their roles",
			list: "users", out: User{}, do: a.getUsers},
		{needs: ReadUsers, method: "GET", path: "/api/v1/users/{name}", id: "get-user",
			summary: "A person, with a version for If-Match", out: User{}, do: a.getUser},
		{needs: ChangeUsers, method: "PUT", path: "/api/v1/users/{name}", id: "put-user", edits: true, whole: true,
			summary: "Enter a person, or change one; they are signed out", in: UserOrder{}, out: User{}, do: a.putUser},
		{needs: ChangeUsers, method: "PUT", path: "/api/v1/users/{name}/disabled", id: "disable-user", edits: true,
			summary: "Keep a person out, or let them in again", in: UserState{}, out: User{}, do: a.putUserDisabled},
		{needs: ReadUsers, method: "GET", path: "/api/v1/keys", id: "list-keys", summary: "Keys of programs",
			list: "keys",
			out:  APIKey{}, do: a.getKeys},
		{needs: ChangeUsers, method: "POST", path: "/api/v1/keys", id: "make-key",
			summary: "Make a key; its secret is shown once", in: KeyOrder{}, out: APIKey{}, do: a.postKey},
		{needs: ChangeUsers, method: "DELETE", path: "/api/v1/keys/{id}", id: "revoke-key",
			summary: "End a key for good",
			query:   []string{"by"}, out: map[string]string{}, do: a.deleteKey},
	}
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func shownUser(u *user.User) User {
	return User{Name: u.Name, Shown: u.Shown, Roles: u.Roles, Scope: shownScope(u.Scope),
		Phone: u.Phone, Disabled: u.Disabled, Locked: moment(u.Locked), Changed: moment(u.Changed), By: u.By,
		Version: u.Changed}
}

func shownKey(k *user.Key) APIKey {
	return APIKey{ID: k.ID, Label: k.Label, Permits: k.Permits, Scope: shownScope(k.Scope),
		Expires: moment(k.Expires), Made: moment(k.Made), By: k.By, Revoked: moment(k.Revoked)}
}

// signIn begins a session. A source that guesses waits as one that guesses tokens does.
func (a *admin) signIn(w http.ResponseWriter, r *http.Request) {
	var in SignIn
	if !own(r) {
		reply(w, http.StatusForbidden, Fault{Error: "orders come from a page of this server", Reason: ReasonOrigin})
		return
	}
	if !read(w, r, &in) {
		return
	}
	var token string
	var u user.User
	var err error
	if !a.proved(w, r, true, func() bool {
		token, u, err = a.Users.SignIn(r.Context(), in.Name, in.Password, a.Now())
		return !errors.Is(err, user.ErrSignIn)
	}) {
		return
	}
	switch {
	case errors.Is(err, user.ErrLocked):
		reply(w, http.StatusForbidden, Fault{Error: err.Error(), Reason: ReasonLocked})
		return
	case err != nil:
		a.usersAway(w, err)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: token, Path: "/", HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteStrictMode, MaxAge: int(user.Longest / time.Second)})
	a.Logger.Info("signed in", "user", u.Name, "source", source(r))
	reply(w, http.StatusOK, Session{Name: u.Name, Roles: u.Roles, Permits: permitted(u.Roles),
		Scope: shownScope(u.Scope)})
}

func (a *admin) getSession(w http.ResponseWriter, r *http.Request) {
	p := asker(r)
	may := p.May
	if p.Whole {
		may = permits
	}
	reply(w, http.StatusOK, Session{Name: p.Name, Roles: slices.Concat([]string{}, p.Roles),
		Permits: slices.Concat([]Permission{}, may), Scope: shownScope(p.Scope)})
}

func (a *admin) signOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(sessionCookie); err == nil {
		if err := a.Users.SignOut(r.Context(), c.Value); err != nil {
			a.usersAway(w, err)
			return
		}
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", HttpOnly: true, MaxAge: -1})
	reply(w, http.StatusOK, map[string]string{"name": asker(r).Name})
}

func (a *admin) getUsers(w http.ResponseWriter, r *http.Request) {
	list, err := a.Users.List(r.Context(), "", mostListed)
	if err != nil {
		a.usersAway(w, err)
		return
	}
	out := make([]User, len(list))
	for i := range list {
		out[i] = shownUser(&list[i])
	}
	page(w, r, "users", out, func(u *User) string { return u.Name })
}

func (a *admin) getUser(w http.ResponseWriter, r *http.Request) {
	u, err := a.Users.Get(r.Context(), r.PathValue("name"))
	a.user(w, &u, err)
}

func (a *admin) putUser(w http.ResponseWriter, r *http.Request) {
	var in UserOrder
	was, ok := basis(w, r)
	if !ok || !read(w, r, &in) {
		return
	}
	for _, role := range in.Roles {
		if _, ok := roles[role]; !ok {
			reply(w, http.StatusUnprocessableEntity, Fault{Error: "there is no such role", Reason: ReasonBadUser})
			return
		}
	}
	if !asker(r).Covers(in.stored()) {
		a.outside(w)
		return
	}
	name := r.PathValue("name")
	err := a.Users.PutUser(r.Context(), user.User{Name: name, Shown: in.Shown, Roles: in.Roles, Scope: in.stored(),
		Phone: in.Phone, By: in.By, Was: was},
		in.Password, a.Now())
	a.changed(w, r, name, in.By, "put", err)
}

func (a *admin) putUserDisabled(w http.ResponseWriter, r *http.Request) {
	var in UserState
	was, ok := basis(w, r)
	if !ok || !read(w, r, &in) {
		return
	}
	name := r.PathValue("name")
	a.changed(w, r, name, in.By, "disable", a.Users.Disable(r.Context(), name, in.Disabled, was, in.By, a.Now()))
}

// changed answers a user who was changed.
func (a *admin) changed(w http.ResponseWriter, r *http.Request, name, by, what string, err error) {
	var u user.User
	if err == nil {
		a.Logger.Warn("user", "what", what, "user", name, "by", by)
		u, err = a.Users.Get(r.Context(), name)
	}
	a.user(w, &u, err)
}

// user answers with a user, or with what went wrong.
func (a *admin) user(w http.ResponseWriter, u *user.User, err error) {
	switch {
	case errors.Is(err, user.ErrChanged):
		outdated(w, err)
	case errors.Is(err, user.ErrNone):
		reply(w, http.StatusNotFound, Fault{Error: err.Error(), Reason: ReasonNoUser})
	case errors.Is(err, user.ErrName), errors.Is(err, user.ErrPassword), errors.Is(err, user.ErrApart):
		reply(w, http.StatusUnprocessableEntity, Fault{Error: err.Error(), Reason: ReasonBadUser})
	case err != nil:
		a.usersAway(w, err)
	default:
		tagged(w, u.Changed)
		reply(w, http.StatusOK, shownUser(u))
	}
}

func (a *admin) getKeys(w http.ResponseWriter, r *http.Request) {
	list, err := a.Users.Keys(r.Context(), "", mostListed)
	if err != nil {
		a.usersAway(w, err)
		return
	}
	out := make([]APIKey, len(list))
	for i := range list {
		out[i] = shownKey(&list[i])
	}
	page(w, r, "keys", out, func(k *APIKey) string { return k.ID })
}

// postKey makes a key. Nobody gives away more than they have.
func (a *admin) postKey(w http.ResponseWriter, r *http.Request) {
	var in KeyOrder
	if !read(w, r, &in) {
		return
	}
	for _, p := range in.Permits {
		if !slices.Contains(permits, Permission(p)) {
			reply(w, http.StatusUnprocessableEntity, Fault{Error: "there is no such permission", Reason: ReasonBadKey})
			return
		}
	}
	if in.Label == "" || len(in.Permits) == 0 || !in.Expires.IsZero() && !in.Expires.After(a.Now()) {
		reply(w, http.StatusUnprocessableEntity,
			Fault{Error: "a key has a label and permits, and expires in the future",
				Reason: ReasonBadKey})
		return
	}
	if !asker(r).Covers(in.stored()) {
		a.outside(w)
		return
	}
	k := user.Key{Label: in.Label, Permits: in.Permits, Scope: in.stored(), By: in.By}
	if !in.Expires.IsZero() {
		k.Expires = in.Expires.UnixMilli()
	}
	secret, k, err := a.Users.MakeKey(r.Context(), k, a.Now())
	if err != nil {
		a.usersAway(w, err)
		return
	}
	a.Logger.Warn("key", "what", "made", "key", k.ID, "permits", k.Permits, "by", in.By)
	out := shownKey(&k)
	out.Secret = secret
	reply(w, http.StatusOK, out)
}

func (a *admin) deleteKey(w http.ResponseWriter, r *http.Request) {
	id, by := r.PathValue("id"), r.URL.Query().Get("by")
	err := a.Users.Revoke(r.Context(), id, a.Now())
	switch {
	case errors.Is(err, user.ErrKey):
		reply(w, http.StatusNotFound, Fault{Error: "there is no such key, or it is revoked", Reason: ReasonNoKey})
	case err != nil:
		a.usersAway(w, err)
	default:
		a.Logger.Warn("key", "what", "revoked", "key", id, "by", by)
		reply(w, http.StatusOK, map[string]string{"id": id})
	}
}

// usersAway tells that users, sessions and keys cannot be looked at.
func (a *admin) usersAway(w http.ResponseWriter, err error) {
	a.Logger.Warn("users", "error", err)
	fault(w, http.StatusServiceUnavailable, "who asks cannot be looked up at the moment")
}
