package webhooks

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The comparisons made are as many wherever a secret fits, or none does: nothing ends early.
func TestEverySecretIsComparedWithEverySignature(t *testing.T) {
	made := 0
	original := equal
	equal = func(a, b []byte) bool { made++; return original(a, b) }
	defer func() { equal = original }()

	const count = 4
	var secrets Secrets
	for position := 0; position < count; position++ {
		key := Base64.encode([]byte(strings.Repeat(string(rune('a'+position)), 32)))
		secrets = append(secrets, NewSecret(key, "whsec_"+key))
	}
	now := time.Unix(1700000000, 0)
	for position := 0; position <= count; position++ {
		signing := SecretsOf("whsec_" + Base64.encode([]byte(strings.Repeat("z", 32))))
		if position < count {
			signing = secrets[position : position+1]
		}
		header, err := Sign(StandardWebhooks, signing, Outgoing{EventKey: "a", RequestID: "b", Now: now}, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		// The genuine one first: whoever stops there compares less.
		other := "v1," + Base64.encode(make([]byte, 32))
		header.Set(listHeader, header.Get(listHeader)+" "+other+" "+other)
		made = 0
		verified, err := Verify(StandardWebhooks, secrets, header, []byte("{}"), now)
		if position < count && (err != nil || verified.SecretID != secrets[position].id) {
			t.Errorf("%+v, %v", verified, err)
		}
		if position == count && ReasonOf(err) != Mismatch {
			t.Errorf("%v", err)
		}
		if made != count*3 {
			t.Errorf("%d comparisons when secret %d fits, expected %d", made, position, count*3)
		}
	}
}

func TestTypeAtTheTop(t *testing.T) {
	for body, expected := range map[string]string{
		`{"type":"invoice.paid"}`:                                     "invoice.paid",
		` {"data":{"type":"no"},"list":[{"type":"no"}],"type":"yes"}`: "yes",
		`{"Type":"no","TYPE":"no"}`:                                   "",
		`{"Type":"no","type":"yes"}`:                                  "yes",
		`{"type":7}`:                                                  "",
		`{"type":null}`:                                               "",
		`{"type":{"type":"no"}}`:                                      "",
		`{"data":{"type":"no"}}`:                                      "",
		`[{"type":"no"}]`:                                             "",
		`"type"`:                                                      "",
		``:                                                            "",
		`{`:                                                           "",
		`{"type"`:                                                     "",
		"\xef\xbb\xbf{\"type\":\"no\"}":                               "",
		`{"a":` + strings.Repeat("[", 1<<20):                          "",
	} {
		if found := typeOf([]byte(body)); found != expected {
			t.Errorf("%.40s: %q, expected %q", body, found, expected)
		}
	}
}

func TestDigestsAreDecodedStrictly(t *testing.T) {
	hex, base64 := strings.Repeat("aB", 32), Base64.encode(make([]byte, 32))
	for _, c := range []struct {
		encoding Encoding
		text     string
		reason   Reason
	}{
		{Hex, hex, ""},
		{Hex, "", LengthWrong},
		{Hex, hex[1:], LengthWrong},
		{Hex, hex + "00", LengthWrong},
		{Hex, "zz" + hex, EncodingInvalid},
		{Hex, hex[:62] + "0g", EncodingInvalid},
		{Hex, "0x" + hex[2:], EncodingInvalid},
		{Hex, hex[:32] + " " + hex[33:], EncodingInvalid},
		{Hex, hex + "\n", EncodingInvalid},
		{Hex, "é" + hex[2:], EncodingInvalid},
		{Base64, base64, ""},
		{Base64, "", LengthWrong},
		{Base64, base64[:len(base64)-1], EncodingInvalid},
		{Base64, base64 + "\n", EncodingInvalid},
		{Base64, base64[:20] + "\r\n" + base64[20:], EncodingInvalid},
		{Base64, base64[:len(base64)-2] + "B=", EncodingInvalid},
		{Base64, strings.Repeat("_", 43) + "=", EncodingInvalid},
		{Base64, Base64.encode(make([]byte, 33)), LengthWrong},
		{Base64, Base64.encode(make([]byte, 31)), LengthWrong},
		{Base64, strings.Repeat("A", 1<<20), LengthWrong},
	} {
		if _, err := c.encoding.decode(c.text, 32); ReasonOf(err) != c.reason {
			t.Errorf("%s %.70q: %v, expected %q", c.encoding, c.text, err, c.reason)
		}
	}
}

func TestReasonOfOtherErrors(t *testing.T) {
	if ReasonOf(nil) != "" || ReasonOf(errors.New("mismatch")) != "" || ReasonOf(http.ErrNoCookie) != "" {
		t.Error("a reason of nothing")
	}
}
