package webhooks_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/webhooks"
)

const (
	secretText = "It's a Secret to Everybody"
	// Of "Hello World!" under that secret, from Atlassian's page about securing webhooks.
	signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
)

var hello = []byte("Hello World!")

func signed() http.Header {
	return http.Header{"X-Hub-Signature": {signature}, "X-Event-Key": {"repo:push"}}
}

func verify(dialect webhooks.Dialect, header http.Header) (webhooks.Verified, error) {
	return webhooks.Verify(dialect, webhooks.SecretsOf(secretText), header, hello, time.Time{})
}

func expect(t *testing.T, err error, reason webhooks.Reason) {
	t.Helper()
	if webhooks.ReasonOf(err) != reason || reason == "" && err != nil {
		t.Errorf("%v, expected %q", err, reason)
	}
}

// Whatever the map was made by, and however its names are written, a header stands as often as it came.
func TestShapesOfHeaders(t *testing.T) {
	for name, header := range map[string]http.Header{
		"net/http":         signed(),
		"lower case":       {"x-hub-signature": {signature}},
		"upper case":       {"X-HUB-SIGNATURE": {signature}},
		"blanks":           {"X-Hub-Signature": {" \t" + signature + " "}},
		"another's, empty": {"X-Hub-Signature": {signature}, "X-Hub-Signature-256": {}, "X-Gitlab-Token": {""}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verify(webhooks.BitbucketCloud, header)
			expect(t, err, "")
		})
	}
	for name, header := range map[string]http.Header{
		"two values":           {"X-Hub-Signature": {signature, signature}},
		"genuine first":        {"X-Hub-Signature": {signature, "sha256=00"}},
		"genuine last":         {"X-Hub-Signature": {"", signature}},
		"two spellings":        {"X-Hub-Signature": {signature}, "x-hub-signature": {signature}},
		"and one that is none": {"X-Hub-Signature": {signature}, "X-hub-Signature": {""}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verify(webhooks.BitbucketCloud, header)
			expect(t, err, webhooks.SignatureRepeated)
		})
	}
	for name, header := range map[string]http.Header{
		"nil":        nil,
		"no value":   {"X-Hub-Signature": {}},
		"look-alike": {"X-Hub-ſignature": {signature}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verify(webhooks.BitbucketCloud, header)
			expect(t, err, webhooks.SignatureMissing)
		})
	}
}

// A header shorter than its label, for one, where others slice first and panic.
func TestNoHeaderPanics(t *testing.T) {
	for length := range signature {
		_, err := verify(webhooks.BitbucketCloud, http.Header{"X-Hub-Signature": {signature[:length]}})
		expect(t, err, map[bool]webhooks.Reason{true: webhooks.LabelUnknown, false: webhooks.LengthWrong}[length < len("sha256=")])
	}
	for _, label := range []string{"sha1=", "SHA256=", "sha256:", "sha256", "", "sha512=", " sha256= "} {
		_, err := verify(webhooks.BitbucketCloud, http.Header{"X-Hub-Signature": {label + signature[len("sha256="):]}})
		if label == " sha256= " {
			expect(t, err, webhooks.EncodingInvalid)
		} else {
			expect(t, err, webhooks.LabelUnknown)
		}
	}
}

func TestSecretsThatCannotBeUsed(t *testing.T) {
	good, long := "a secret that is good", strings.Repeat("s", 1025)
	for _, c := range []struct {
		name    string
		secrets webhooks.Secrets
		reason  webhooks.Reason
	}{
		{"nil", nil, webhooks.NoSecret},
		{"none", webhooks.Secrets{}, webhooks.NoSecret},
		{"five", webhooks.SecretsOf(good, good, good, good, good), webhooks.TooManySecrets},
		{"empty", webhooks.SecretsOf(""), webhooks.SecretEmpty},
		{"no bytes", webhooks.SecretsOf[[]byte](nil), webhooks.SecretEmpty},
		{"the zero Secret", make(webhooks.Secrets, 1), webhooks.SecretEmpty},
		{"an empty one first", webhooks.SecretsOf("", secretText), webhooks.SecretEmpty},
		{"an empty one last", webhooks.SecretsOf(secretText, ""), webhooks.SecretEmpty},
		{"a blank one last", webhooks.SecretsOf(secretText, " \u00a0\n"), webhooks.SecretBlank},
		{"a long one", webhooks.SecretsOf(secretText, long), webhooks.SecretTooLong},
		{"a long blank one", webhooks.SecretsOf(strings.Repeat(" ", 1025)), webhooks.SecretBlank},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := webhooks.Verify(webhooks.BitbucketCloud, c.secrets, signed(), hello, time.Time{})
			expect(t, err, c.reason)
			_, err = webhooks.Sign(webhooks.BitbucketCloud, c.secrets, webhooks.Outgoing{EventKey: "a", RequestID: "b"}, hello)
			expect(t, err, c.reason)
		})
	}
	verified, err := webhooks.Verify(webhooks.BitbucketCloud, webhooks.SecretsOf(good, secretText, good, secretText), signed(), hello, time.Time{})
	if err != nil || verified.SecretID != "1" {
		t.Errorf("%+v, %v", verified, err)
	}
}

func TestSecretKeepsItsOwnBytes(t *testing.T) {
	key := []byte(secretText)
	secrets := webhooks.SecretsOf(key)
	key[0] = 'X'
	_, err := webhooks.Verify(webhooks.BitbucketCloud, secrets, signed(), hello, time.Time{})
	expect(t, err, "")
}

func TestNothingPrintsASecretOrADigest(t *testing.T) {
	secrets := webhooks.SecretsOf("the first canary", "the second canary")
	digest := strings.Repeat("d1", 32)
	forged := http.Header{"X-Hub-Signature": {"sha256=" + digest}}
	_, mismatch := webhooks.Verify(webhooks.BitbucketCloud, secrets, forged, hello, time.Time{})
	_, encoding := webhooks.Verify(webhooks.BitbucketCloud, secrets, http.Header{"X-Hub-Signature": {"sha256=zz" + digest}}, hello, time.Time{})
	_, label := webhooks.Verify(webhooks.BitbucketCloud, secrets, http.Header{"X-Hub-Signature": {"sha1=" + digest}}, hello, time.Time{})
	_, repeated := webhooks.Verify(webhooks.BitbucketCloud, secrets, http.Header{"X-Hub-Signature": {digest, digest}}, hello, time.Time{})
	_, secret := webhooks.Verify(webhooks.StandardWebhooks, secrets, forged, hello, time.Time{})
	_, token := webhooks.Verify(webhooks.GitLab, webhooks.SecretsOf("canary\n"), forged, hello, time.Time{})
	genuine, err := webhooks.Sign(webhooks.BitbucketCloud, webhooks.SecretsOf("the second canary"), webhooks.Outgoing{EventKey: "a", RequestID: "b"}, hello)
	if err != nil {
		t.Fatal(err)
	}
	expected := strings.TrimPrefix(genuine.Get("X-Hub-Signature"), "sha256=")
	canaries := []string{"canary", hex.EncodeToString([]byte("canary")), "[99 97 110", digest, expected}
	for _, value := range []any{mismatch, encoding, label, repeated, secret, token, secrets, secrets[0], &secrets[1], struct{ S webhooks.Secret }{secrets[0]}} {
		if err, isError := value.(error); isError && webhooks.ReasonOf(err) == "" {
			t.Errorf("not refused: %v", err)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			printed := fmt.Sprintf(verb, value)
			for _, canary := range canaries {
				if strings.Contains(strings.ToLower(printed), canary) {
					t.Errorf("%s of %T: %s", verb, value, printed)
				}
			}
		}
	}
}

func TestDialects(t *testing.T) {
	for _, name := range []string{"bitbucket-cloud", "bitbucket-data-center", "github", "gitlab", "gitea", "standard-webhooks"} {
		if dialect, err := webhooks.DialectNamed(name); err != nil || dialect.String() != name {
			t.Errorf("%s: %v, %v", name, dialect, err)
		}
	}
	for _, name := range []string{"", "Bitbucket-Cloud", "bitbucket", "generic-hmac"} {
		_, err := webhooks.DialectNamed(name)
		expect(t, err, webhooks.DialectUnknown)
	}
	_, err := verify(webhooks.Dialect{}, signed())
	expect(t, err, webhooks.DialectUnknown)
	_, err = webhooks.Sign(webhooks.Dialect{}, webhooks.SecretsOf(secretText), webhooks.Outgoing{}, nil)
	expect(t, err, webhooks.DialectUnknown)
	_, err = verify(webhooks.GitHub, signed())
	expect(t, err, webhooks.SignatureMissing)
}

func TestGenericSettings(t *testing.T) {
	for _, generic := range []webhooks.Generic{
		{Header: "X-Signature"},
		{Header: "X-Signature", Prefix: "HMAC ", Encoding: webhooks.Base64, Algorithm: webhooks.SHA512},
		{Header: "X-Signature", EventKeyHeader: "X-Event-Key", RequestIDHeader: "X-Id"},
		{Header: "x-signature", EventKeyHeader: "x-event-key"},
		{Header: "Authorization", Prefix: "HMAC "},
	} {
		dialect, err := webhooks.GenericHMAC(generic)
		if err != nil {
			t.Fatalf("%+v: %v", generic, err)
		}
		header, err := webhooks.Sign(dialect, webhooks.SecretsOf(secretText), webhooks.Outgoing{EventKey: "a:b", RequestID: "b"}, hello)
		if err != nil || header.Get("X-Event-Key") != "a:b" {
			t.Errorf("%v, %v", header, err)
		}
		_, err = verify(dialect, header)
		expect(t, err, "")
	}
	for _, generic := range []webhooks.Generic{
		{},
		{Header: "X Signature"},
		{Header: "X-Signature:"},
		{Header: "X-Event-Key"},
		{Header: "x-attempt-number"},
		{Header: "X-Signature", Encoding: "HEX"},
		{Header: "X-Signature", Algorithm: "sha1"},
		{Header: "X-Signature", Prefix: "a\n"},
		{Header: "X-Signature", Prefix: " a"},
		{Header: "X-Signature", Prefix: strings.Repeat("a", 65)},
		{Header: "X-Signature", EventKeyHeader: "x-signature"},
		{Header: "X-Signature", RequestIDHeader: "x-signature"},
		{Header: "X-Signature", RequestIDHeader: "x-event-key"},
		{Header: "X-Signature", EventKeyHeader: "X-A", RequestIDHeader: "x-a"},
		{Header: "X-Signature", EventKeyHeader: "é"},
	} {
		_, err := webhooks.GenericHMAC(generic)
		if webhooks.ReasonOf(err) != webhooks.DialectUnknown {
			t.Errorf("%+v: %v", generic, err)
		}
	}
}

func TestWhatCannotBeSigned(t *testing.T) {
	standard := webhooks.SecretsOf("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
	for _, c := range []struct {
		dialect  webhooks.Dialect
		secrets  webhooks.Secrets
		outgoing webhooks.Outgoing
		reason   webhooks.Reason
	}{
		{webhooks.GitHub, standard, webhooks.Outgoing{RequestID: "id"}, webhooks.EventKeyInvalid},
		{webhooks.GitHub, standard, webhooks.Outgoing{EventKey: "a b", RequestID: "id"}, webhooks.EventKeyInvalid},
		{webhooks.GitHub, standard, webhooks.Outgoing{EventKey: strings.Repeat("a", 129), RequestID: "id"}, webhooks.EventKeyInvalid},
		{webhooks.GitHub, standard, webhooks.Outgoing{EventKey: "a"}, webhooks.IDInvalid},
		{webhooks.GitHub, standard, webhooks.Outgoing{EventKey: "a", RequestID: "i\r\nX-Other: 1"}, webhooks.IDInvalid},
		{webhooks.GitHub, standard, webhooks.Outgoing{EventKey: "a", RequestID: "i", HookID: "é"}, webhooks.IDInvalid},
		{webhooks.GitHub, standard, webhooks.Outgoing{EventKey: "a", RequestID: "i.d"}, ""},
		{webhooks.StandardWebhooks, standard, webhooks.Outgoing{EventKey: "a", RequestID: "i.d"}, webhooks.IDInvalid},
		{webhooks.GitLab, standard, webhooks.Outgoing{EventKey: "a", RequestID: "i.d"}, webhooks.IDInvalid},
		{webhooks.GitLab, webhooks.SecretsOf("token"), webhooks.Outgoing{EventKey: "a", RequestID: "i.d"}, ""},
		{webhooks.StandardWebhooks, standard, webhooks.Outgoing{EventKey: "a", RequestID: "id", Now: time.Unix(-1, 0)}, webhooks.TimestampInvalid},
	} {
		header, err := webhooks.Sign(c.dialect, c.secrets, c.outgoing, hello)
		if expect(t, err, c.reason); err != nil && header != nil {
			t.Errorf("headers besides %v", err)
		}
	}
}

func TestZeroTimeIsTheClock(t *testing.T) {
	secrets := webhooks.SecretsOf("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
	for reason, at := range map[webhooks.Reason]time.Time{
		"":                       {},
		webhooks.TimestampTooOld: time.Now().Add(-310 * time.Second),
		webhooks.TimestampTooNew: time.Now().Add(310 * time.Second),
	} {
		header, err := webhooks.Sign(webhooks.StandardWebhooks, secrets, webhooks.Outgoing{EventKey: "a", RequestID: "b", Now: at}, hello)
		if err != nil {
			t.Fatal(err)
		}
		_, err = webhooks.Verify(webhooks.StandardWebhooks, secrets, header, hello, time.Time{})
		expect(t, err, reason)
	}
}

func TestSecretsFromEnvironment(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name, file, text string
		reason           webhooks.Reason
	}{
		{"a variable", "", secretText, ""},
		{"a file", file("plain", secretText), "", ""},
		{"a file before a variable", file("both", secretText), "another", ""},
		{"a file with a line ending", file("line", secretText+"\n"), "", ""},
		{"a file with that of Windows", file("windows", secretText+"\r\n"), "", ""},
		{"a file with two", file("two", secretText+"\n\n"), "", webhooks.Mismatch},
		{"neither", "", "", webhooks.SecretEmpty},
		{"blanks", "", " \t", webhooks.SecretBlank},
		{"an empty file", file("empty", ""), secretText, webhooks.SecretEmpty},
		{"an empty line", file("newline", "\n"), secretText, webhooks.SecretEmpty},
		{"no file", filepath.Join(folder, "none"), secretText, webhooks.NoSecret},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("COUNTERSIGN_SECRET_FILE", c.file)
			t.Setenv("COUNTERSIGN_SECRET", c.text)
			secrets, err := webhooks.SecretsFromEnvironment()
			if err == nil {
				_, err = webhooks.Verify(webhooks.BitbucketCloud, secrets, signed(), hello, time.Time{})
			}
			expect(t, err, c.reason)
			if err != nil && strings.Contains(err.Error(), folder) {
				t.Errorf("tells the name of the file, which may be the secret: %v", err)
			}
		})
	}
}

func TestSchemeOfBasic(t *testing.T) {
	for scheme, expected := range map[string]bool{"Basic": true, "bAsIc": true, "Basis": false, "Bogus": false, "Baſic": false, "": false} {
		header := http.Header{"Authorization": {scheme + " QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}}
		if webhooks.BasicMatches("Aladdin", "open sesame", header) != expected {
			t.Errorf("%q: expected %v", scheme, expected)
		}
	}
	for _, pair := range [][2]string{{"", ""}, {"a:b", "c"}} {
		header := http.Header{}
		request := http.Request{Header: header}
		request.SetBasicAuth(pair[0], pair[1])
		if webhooks.BasicMatches(pair[0], pair[1], header) {
			t.Errorf("%q matches", pair)
		}
	}
}

func TestErrorsAsOneType(t *testing.T) {
	_, err := verify(webhooks.BitbucketCloud, nil)
	var refused *webhooks.Error
	if !errors.As(fmt.Errorf("receiving: %w", err), &refused) || refused.Reason != webhooks.SignatureMissing {
		t.Errorf("%v", err)
	}
}
