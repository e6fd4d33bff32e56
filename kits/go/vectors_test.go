package webhooks_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/webhooks"
)

// vectorsFolder stands beside the kits in their repository; a copy of the module alone has none.
func vectorsFolder(t *testing.T) string {
	t.Helper()
	if folder := os.Getenv("COUNTERSIGN_VECTORS"); folder != "" {
		return folder
	}
	folder := filepath.Join("..", "..", "vectors")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the vectors stand in the repository of the kit: set COUNTERSIGN_VECTORS")
	}
	return folder
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(vectorsFolder(t), name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

type genericHMAC struct {
	Header, Prefix, Encoding, Algorithm string
	EventKeyHeader                      string `json:"event_key_header"`
	RequestIDHeader                     string `json:"request_id_header"`
}

type givenSecret struct{ ID, Base64 string }

type verifyCase struct {
	Name        string
	GenericHMAC *genericHMAC `json:"generic_hmac"`
	Secrets     []givenSecret
	Headers     [][2]string
	BodyBase64  string `json:"body_base64"`
	BodyTimes   *int   `json:"body_times"`
	Now         int64
	Accepted    *struct {
		SecretID  string  `json:"secret_id"`
		EventKey  *string `json:"event_key"`
		RequestID *string `json:"request_id"`
		Attempt   *uint32
	}
	Refused webhooks.Reason
}

type signCase struct {
	verifyCase
	EventKey  string `json:"event_key"`
	RequestID string `json:"request_id"`
	Attempt   uint32
	HookID    *string `json:"hook_id"`
}

type vectorsFile struct {
	Format  int
	Dialect string
	Verify  []verifyCase
	Sign    []signCase
}

// dialectsFiles has the vectors of every dialect.
func dialectsFiles(t *testing.T) []vectorsFile {
	t.Helper()
	var files []vectorsFile
	for _, name := range []string{"bitbucket-cloud", "bitbucket-data-center", "github", "gitlab", "gitea", "standard-webhooks", "generic-hmac"} {
		var file vectorsFile
		readVectors(t, name+".json", &file)
		if file.Format != 1 || file.Dialect != name || len(file.Verify) == 0 || len(file.Sign) == 0 {
			t.Fatalf("%s.json has another format", name)
		}
		files = append(files, file)
	}
	return files
}

func dialectOf(t *testing.T, name string, generic *genericHMAC) webhooks.Dialect {
	t.Helper()
	dialect, err := webhooks.DialectNamed(name)
	if generic != nil {
		dialect, err = webhooks.GenericHMAC(webhooks.Generic{Header: generic.Header, Prefix: generic.Prefix,
			Encoding: webhooks.Encoding(generic.Encoding), Algorithm: webhooks.Algorithm(generic.Algorithm),
			EventKeyHeader: generic.EventKeyHeader, RequestIDHeader: generic.RequestIDHeader})
	}
	if err != nil {
		t.Fatal(err)
	}
	return dialect
}

func decoded(t *testing.T, text string) []byte {
	t.Helper()
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func (c verifyCase) secrets(t *testing.T) webhooks.Secrets {
	t.Helper()
	var secrets webhooks.Secrets
	for _, secret := range c.Secrets {
		secrets = append(secrets, webhooks.NewSecret(secret.ID, decoded(t, secret.Base64)))
	}
	return secrets
}

func (c verifyCase) hasSigningToken(t *testing.T) bool {
	t.Helper()
	for _, secret := range c.Secrets {
		if bytes.HasPrefix(decoded(t, secret.Base64), []byte("whsec_")) {
			return true
		}
	}
	return false
}

func (c verifyCase) body(t *testing.T) []byte {
	t.Helper()
	times := 1
	if c.BodyTimes != nil {
		times = *c.BodyTimes
	}
	return bytes.Repeat(decoded(t, c.BodyBase64), times)
}

// received is what net/http makes of headers.
func received(pairs [][2]string) http.Header {
	header := http.Header{}
	for _, pair := range pairs {
		header.Add(pair[0], pair[1])
	}
	return header
}

func TestVerifyVectors(t *testing.T) {
	for _, file := range dialectsFiles(t) {
		for _, vector := range file.Verify {
			vector := vector
			t.Run(file.Dialect+"/"+vector.Name, func(t *testing.T) {
				dialect := dialectOf(t, file.Dialect, vector.GenericHMAC)
				verified, err := webhooks.Verify(dialect, vector.secrets(t), received(vector.Headers), vector.body(t), time.Unix(vector.Now, 0))
				checkVerified(t, vector, verified, err)
			})
		}
	}
}

func checkVerified(t *testing.T, vector verifyCase, verified webhooks.Verified, err error) {
	t.Helper()
	if vector.Accepted == nil {
		if vector.Refused == "" || webhooks.ReasonOf(err) != vector.Refused || verified != (webhooks.Verified{}) {
			t.Errorf("%+v, %v; expected %s", verified, err, vector.Refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	expected := vector.Accepted
	if verified.SecretID != expected.SecretID {
		t.Errorf("secret %q, expected %q", verified.SecretID, expected.SecretID)
	}
	if !same(verified.EventKey, expected.EventKey) {
		t.Errorf("event key %q, expected %v", verified.EventKey, expected.EventKey)
	}
	if !same(verified.RequestID, expected.RequestID) {
		t.Errorf("request id %q, expected %v", verified.RequestID, expected.RequestID)
	}
	if (verified.Attempt == nil) != (expected.Attempt == nil) || verified.Attempt != nil && *verified.Attempt != *expected.Attempt {
		t.Errorf("attempt %v, expected %v", verified.Attempt, expected.Attempt)
	}
}

// same: no text here is "" where the vectors have null.
func same(found string, expected *string) bool {
	if expected == nil {
		return found == ""
	}
	return found == *expected
}

// Every genuine request stops being genuine when its body changes, unless nothing of it is signed.
func TestVectorsTampered(t *testing.T) {
	for _, file := range dialectsFiles(t) {
		for _, vector := range file.Verify {
			header := received(vector.Headers)
			if vector.Accepted == nil || file.Dialect == "gitlab" && !(vector.hasSigningToken(t) && header.Get("webhook-signature") != "") {
				continue
			}
			vector := vector
			t.Run(file.Dialect+"/"+vector.Name, func(t *testing.T) {
				dialect, body := dialectOf(t, file.Dialect, vector.GenericHMAC), vector.body(t)
				tampered := [][]byte{append(append([]byte{}, body...), '\n')}
				if len(body) > 0 {
					changed := append([]byte{}, body...)
					changed[len(changed)/2] ^= 1
					tampered = append(tampered, changed, body[1:], body[:len(body)-1])
				}
				for _, body := range tampered {
					_, err := webhooks.Verify(dialect, vector.secrets(t), header, body, time.Unix(vector.Now, 0))
					if webhooks.ReasonOf(err) != webhooks.Mismatch {
						t.Errorf("%v", err)
					}
				}
			})
		}
	}
}

func TestSignVectors(t *testing.T) {
	for _, file := range dialectsFiles(t) {
		for _, vector := range file.Sign {
			vector := vector
			t.Run(file.Dialect+"/"+vector.Name, func(t *testing.T) {
				dialect := dialectOf(t, file.Dialect, vector.GenericHMAC)
				outgoing := webhooks.Outgoing{EventKey: vector.EventKey, RequestID: vector.RequestID, Attempt: vector.Attempt, Now: time.Unix(vector.Now, 0)}
				if vector.HookID != nil {
					outgoing.HookID = *vector.HookID
				}
				header, err := webhooks.Sign(dialect, vector.secrets(t), outgoing, vector.body(t))
				if err != nil {
					t.Fatal(err)
				}
				expected := received(vector.Headers)
				for name := range header {
					if len(header[name]) != 1 || header.Get(name) != expected.Get(name) {
						t.Errorf("%s: %q, expected %q", name, header[name], expected[name])
					}
				}
				for name := range expected {
					if len(header[name]) != 1 {
						t.Errorf("no %s", name)
					}
				}
				verified, err := webhooks.Verify(dialect, vector.secrets(t), header, vector.body(t), time.Unix(vector.Now, 0))
				if err != nil {
					t.Errorf("signed and then refused: %v", err)
				}
				if verified.RequestID != "" && verified.RequestID != vector.RequestID {
					t.Errorf("request id %q", verified.RequestID)
				}
			})
		}
	}
}

func TestSecretVectors(t *testing.T) {
	var file struct {
		Format int
		Cases  []struct {
			Name, Dialect, Base64 string
			GenericHMAC           *genericHMAC `json:"generic_hmac"`
			Accepted              bool
			Refused               webhooks.Reason
		}
	}
	readVectors(t, "secrets.json", &file)
	if file.Format != 1 || len(file.Cases) == 0 {
		t.Fatal("another format")
	}
	for _, vector := range file.Cases {
		vector := vector
		t.Run(vector.Dialect+"/"+vector.Name, func(t *testing.T) {
			if vector.Dialect == "generic-hmac" && vector.GenericHMAC == nil {
				vector.GenericHMAC = &genericHMAC{Header: "X-Signature"}
			}
			dialect := dialectOf(t, vector.Dialect, vector.GenericHMAC)
			secrets := webhooks.SecretsOf(decoded(t, vector.Base64))
			_, err := webhooks.Sign(dialect, secrets, webhooks.Outgoing{EventKey: "repo:push", RequestID: "id"}, nil)
			if webhooks.ReasonOf(err) != vector.Refused || vector.Accepted != (err == nil) {
				t.Errorf("signing: %v, expected %q", err, vector.Refused)
			}
			_, err = webhooks.Verify(dialect, secrets, http.Header{}, nil, time.Time{})
			if reason := webhooks.ReasonOf(err); reason != vector.Refused && !(vector.Accepted && reason == webhooks.SignatureMissing) {
				t.Errorf("verifying: %v, expected %q", err, vector.Refused)
			}
		})
	}
}

func TestBasicVectors(t *testing.T) {
	var file struct {
		Format int
		Cases  []struct {
			Name, Username, Password string
			Headers                  [][2]string
			Matches                  bool
		}
	}
	readVectors(t, "basic.json", &file)
	if file.Format != 1 || len(file.Cases) == 0 {
		t.Fatal("another format")
	}
	for _, vector := range file.Cases {
		vector := vector
		t.Run(vector.Name, func(t *testing.T) {
			if webhooks.BasicMatches(vector.Username, vector.Password, received(vector.Headers)) != vector.Matches {
				t.Errorf("expected %v", vector.Matches)
			}
		})
	}
}
