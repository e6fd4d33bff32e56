package webhooks

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	secretMaxBytes   = 1024
	secretsActiveMax = 4

	whsec            = "whsec_"
	whsecKeyMinBytes = 24
	whsecKeyMaxBytes = 64
)

// Secret is a shared key and the id by which [Verified] names it. It prints itself as redacted.
type Secret struct {
	id    string
	bytes []byte
}

// NewSecret keeps the bytes exactly as given: nothing is trimmed. Whether a dialect can use them,
// [Verify] and [Sign] say.
func NewSecret[K ~string | ~[]byte](id string, key K) Secret {
	return Secret{id: id, bytes: []byte(string(key))}
}

// Format prints no secret, whatever the verb.
func (Secret) Format(state fmt.State, _ rune) { fmt.Fprint(state, "Secret([redacted])") }

// Secrets are the active ones, 1 to 4, the one activated last at the end: while a secret is being
// rotated, the old and the new one.
type Secrets []Secret

// SecretsOf has the ids "0", "1" and so on.
func SecretsOf[K ~string | ~[]byte](keys ...K) Secrets {
	secrets := make(Secrets, 0, len(keys))
	for position, key := range keys {
		secrets = append(secrets, NewSecret(strconv.Itoa(position), key))
	}
	return secrets
}

// SecretsFromEnvironment reads one secret from the file that COUNTERSIGN_SECRET_FILE names, without
// the line ending at its end, or else from COUNTERSIGN_SECRET. Neither, or an empty one, is an
// error: a server that starts without a secret accepts what anybody signs.
func SecretsFromEnvironment() (Secrets, error) {
	key := []byte(os.Getenv("COUNTERSIGN_SECRET"))
	if file := os.Getenv("COUNTERSIGN_SECRET_FILE"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			// Without the name of the file: somebody may have put the secret itself there.
			return nil, fault(NoSecret, "reading COUNTERSIGN_SECRET_FILE: "+errors.Unwrap(err).Error())
		}
		if line := bytes.TrimSuffix(text, []byte("\n")); len(line) < len(text) {
			text = bytes.TrimSuffix(line, []byte("\r"))
		}
		key = text
	}
	if err := checkSecret(key); err != nil {
		return nil, fault(ReasonOf(err), "COUNTERSIGN_SECRET_FILE or COUNTERSIGN_SECRET")
	}
	return SecretsOf(key), nil
}

// activeKey is a secret as a dialect uses it.
type activeKey struct {
	id    string
	bytes []byte
	// isToken: the secret itself is sent, and nothing is signed with it.
	isToken bool
}

// keys prepares all secrets. One that cannot be used spoils all: to skip it would leave a receiver
// that accepts less, or after a slip in its configuration more, than its operator believes.
func (d Dialect) keys(secrets Secrets) ([]activeKey, error) {
	if d.name == "" {
		return nil, fault(DialectUnknown, "the zero Dialect is none")
	}
	if len(secrets) == 0 {
		return nil, refuse(NoSecret)
	}
	if len(secrets) > secretsActiveMax {
		return nil, fault(TooManySecrets, "at most 4 may be active")
	}
	keys := make([]activeKey, 0, len(secrets))
	for _, secret := range secrets {
		key, err := d.key(secret)
		if err != nil {
			return nil, fault(ReasonOf(err), "the secret "+strconv.Quote(secret.id))
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (d Dialect) key(secret Secret) (activeKey, error) {
	made := activeKey{id: secret.id, bytes: secret.bytes}
	if err := checkSecret(secret.bytes); err != nil {
		return made, err
	}
	text := string(secret.bytes)
	isWhsec := strings.HasPrefix(text, whsec)
	switch {
	case d.proof == proofList && !isWhsec:
		return made, refuse(SecretNotWhsec)
	case d.proof == proofList || d.proof == proofTokenOrList && isWhsec:
		decoded, err := whsecKey(text[len(whsec):])
		made.bytes = decoded
		return made, err
	case d.proof == proofTokenOrList:
		made.isToken = true
		if !headerText.MatchString(text) {
			return made, refuse(SecretNotHeaderText)
		}
	}
	return made, nil
}

func whsecKey(encoded string) ([]byte, error) {
	decoded, ok := strictBase64(encoded)
	if !ok {
		return nil, refuse(SecretEncoding)
	}
	if len(decoded) < whsecKeyMinBytes || len(decoded) > whsecKeyMaxBytes {
		return nil, refuse(SecretLength)
	}
	return decoded, nil
}

// checkSecret has the rules of every dialect.
func checkSecret(secret []byte) error {
	switch {
	case len(secret) == 0:
		return refuse(SecretEmpty)
	case isBlank(secret):
		return refuse(SecretBlank)
	case len(secret) > secretMaxBytes:
		return refuse(SecretTooLong)
	}
	return nil
}

// isBlank: nothing but the white space that a keyboard or an editor leaves. Nobody types a vertical
// tab or a form feed, and there are test keys of nothing else.
func isBlank(secret []byte) bool {
	isInk := func(char rune) bool { return !unicode.IsSpace(char) || char == '\v' || char == '\f' }
	return utf8.Valid(secret) && bytes.IndexFunc(secret, isInk) < 0
}
