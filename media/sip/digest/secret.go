// Package digest lets telephones and trunks prove that they know a secret without sending it: HTTP digest (RFC 7616) as
// SIP uses it (RFC 3261, 22), with SHA-256 as well as MD5 (RFC 8760).
//
// The server keeps no challenge. A nonce carries its own time, sealed by a key (HMAC-SHA256), so any of several servers
// with one key can check it, and a flood of requests without credentials costs no memory. What has to be remembered,
// which counts (nc) of a nonce were used, is remembered only for nonces that were answered rightly, in a bounded table.
package digest

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Secret is a password. It does not print, log or marshal: whoever needs it says so with Reveal.
type Secret struct{ text string }

// NewSecret keeps a password.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal gives the password.
func (s Secret) Reveal() string { return s.text }

// Set says whether there is one.
func (s Secret) Set() bool { return s.text != "" }

// Equal compares in a time that tells nothing but the lengths.
func (s Secret) Equal(o Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.text), []byte(o.text)) == 1
}

const hidden = "[secret]"

func (s Secret) mark() string {
	if s.text == "" {
		return ""
	}
	return hidden
}

// String hides the password. It is empty if there is none.
func (s Secret) String() string { return s.mark() }

// GoString hides the password.
func (s Secret) GoString() string { return s.mark() }

// Format hides the password from every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.mark()) }

// LogValue hides the password in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.mark()) }

// MarshalText hides the password.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.mark()), nil }

// MarshalJSON hides the password.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.mark()) }

// UnmarshalText reads the password, as from a configuration file.
func (s *Secret) UnmarshalText(b []byte) error {
	s.text = string(b)
	return nil
}
