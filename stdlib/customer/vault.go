package customer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Vault encrypts what must not be read from the database itself, such as bank accounts: AES-256-GCM, a fresh nonce each
// time.
type Vault struct{ aead cipher.AEAD }

// NewVault makes a vault of a key of 32 bytes.
func NewVault(key []byte) (*Vault, error) {
	if len(key) != 32 {
		return nil, fmt.Errorf("the key of the vault has %d bytes, not 32", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("the key of the vault: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("the key of the vault: %w", err)
	}
	return &Vault{aead}, nil
}

// sealed begins what a vault has encrypted.
const sealed = "v1:"

// ErrVault is for what this vault did not encrypt, or what was changed since.
var ErrVault = errors.New("not encrypted with this key, or damaged")

// Seal encrypts a text for a customer; it opens for that one only. "" stays "".
func (v *Vault) Seal(text, customer string) string {
	if text == "" {
		return ""
	}
	nonce := make([]byte, v.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	return sealed + base64.RawStdEncoding.EncodeToString(v.aead.Seal(nonce, nonce, []byte(text), []byte(customer)))
}

// Open decrypts what Seal made for a customer.
func (v *Vault) Open(text, customer string) (string, error) {
	if text == "" {
		return "", nil
	}
	rest, ok := strings.CutPrefix(text, sealed)
	b, err := base64.RawStdEncoding.DecodeString(rest)
	if !ok || err != nil || len(b) < v.aead.NonceSize() {
		return "", ErrVault
	}
	plain, err := v.aead.Open(nil, b[:v.aead.NonceSize()], b[v.aead.NonceSize():], []byte(customer))
	if err != nil {
		return "", ErrVault
	}
	return string(plain), nil
}
