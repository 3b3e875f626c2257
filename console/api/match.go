package api

import (
	"net/http"
	"strconv"
	"strings"

	"rexian/stdlib/db"
)

// ReasonChanged is for a change that was made from something which is otherwise by now.
const ReasonChanged = "changed"

// ReasonNoVersion is for a change of all there is that does not say what it was made from.
const ReasonNoVersion = "no version"

// tagged tells which version of something an answer shows (RFC 9110, 8.8.3). What is of the configuration alone has
// none.
func tagged(w http.ResponseWriter, version int64) {
	if version > 0 {
		w.Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
	}
}

// basis is the version that a change was made from: the ETag that If-Match names, db.Fresh where If-None-Match says
// that there was nothing, 0 where the request does not say. False if that cannot be read, which is answered.
func basis(w http.ResponseWriter, r *http.Request) (version int64, ok bool) {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	tag, quoted := strings.CutPrefix(match, `"`)
	tag, closed := strings.CutSuffix(tag, `"`)
	version, err := strconv.ParseInt(tag, 10, 64)
	switch {
	case match == "" && none == "":
		return 0, true
	case match == "" && none == "*":
		return db.Fresh, true
	case none == "" && quoted && closed && err == nil && version > 0:
		return version, true
	}
	fault(w, http.StatusBadRequest, "If-Match names the ETag of one answer, and If-None-Match is *")
	return 0, false
}

// versioned lets a change that replaces all there is through only if it says from which version it is made, so that
// nobody undoes without knowing what another has just done. The server's own token need not say: what a script of the
// machine enters is what is to be.
func versioned(whole bool, next http.HandlerFunc) http.HandlerFunc {
	if !whole {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if !asker(r).Whole && r.Header.Get("If-Match") == "" && r.Header.Get("If-None-Match") == "" {
			reply(w, http.StatusPreconditionRequired, Fault{Reason: ReasonNoVersion,
				Error: "say from which version this is changed: If-Match with its ETag, or If-None-Match: * for what is new"})
			return
		}
		next(w, r)
	}
}

// outdated answers a change that was made from what is otherwise by now.
func outdated(w http.ResponseWriter, err error) {
	reply(w, http.StatusPreconditionFailed, Fault{Error: err.Error() + ": read it anew", Reason: ReasonChanged})
}
