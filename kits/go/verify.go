package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	toleranceSeconds = 300
	signaturesMax    = 16
)

// Verified is what a genuine request says. Of all this, only the id of Standard Webhooks and of
// GitLab's signing token is signed; where the body says the same, believe the body.
type Verified struct {
	// EventKey is what happened, such as "repo:push"; "" where no header says so.
	EventKey string
	// RequestID is the same when the request is sent again; "" where there is none.
	RequestID string
	// Attempt counts from 1 how often the request was sent; nil where it is not told.
	Attempt *uint32
	// SecretID names the first of the secrets that fits.
	SecretID string
}

// Verify says whether one of the secrets signed the request. The body is the plain bytes: unread by
// any parser, with Content-Encoding undone. A zero now is the clock.
//
// In a handler use [VerifyRequest], which takes care of both. In AWS Lambda, decode the body of the
// event first where isBase64Encoded is true, and pass multiValueHeaders where there are any.
func Verify(dialect Dialect, secrets Secrets, header http.Header, body []byte, now time.Time) (Verified, error) {
	keys, err := dialect.keys(secrets)
	if err != nil {
		return Verified{}, err
	}
	claim, err := dialect.claim(header, keys)
	if err != nil {
		return Verified{}, err
	}
	// Every key is tried with every digest, so that the time taken tells nothing of which one fits.
	found := -1
	for position, key := range keys {
		if claim.fits(key, body) && found < 0 {
			found = position
		}
	}
	if found < 0 {
		return Verified{}, refuse(Mismatch)
	}
	// After the comparison: before it, the answer would tell strangers what time it is here.
	if err := claim.isTimely(now); err != nil {
		return Verified{}, err
	}
	verified := dialect.received(header, body)
	verified.SecretID = keys[found].id
	return verified, nil
}

// claim is what the headers claim to be shown by a secret.
type claim struct {
	// isToken: digests has SHA-256 of the secret itself.
	isToken   bool
	algorithm Algorithm
	digests   [][]byte
	// before is signed in front of the body.
	before   string
	isTimed  bool
	signedAt int64
}

// claim reads the headers, before any work is done on the body.
func (d Dialect) claim(header http.Header, keys []activeKey) (claim, error) {
	switch d.proof {
	case proofList:
		return listClaim(header)
	case proofTokenOrList:
		return gitLabClaim(header, keys)
	}
	value, err := exactlyOnce(header, d.signature, SignatureMissing, SignatureRepeated)
	if err != nil {
		return claim{}, err
	}
	// No slicing before the label is known to be there: value[7:] of a short header is a panic.
	if !strings.HasPrefix(value, d.label) {
		return claim{}, refuse(LabelUnknown)
	}
	digest, err := d.encoding.decode(value[len(d.label):], d.algorithm.hash()().Size())
	return claim{algorithm: d.algorithm, digests: [][]byte{digest}}, err
}

// gitLabClaim: a request with a signature is judged by that alone while a signing token is active,
// so that a wrong signature is not rescued by a right token, which covers nothing of the body.
func gitLabClaim(header http.Header, keys []activeKey) (claim, error) {
	var signing, tokens bool
	for _, key := range keys {
		signing, tokens = signing || !key.isToken, tokens || key.isToken
	}
	if _, count := once(header, listHeader); signing && count > 0 {
		return listClaim(header)
	}
	if !tokens {
		return claim{}, fault(SignatureMissing, "no "+listHeader)
	}
	token, err := exactlyOnce(header, tokenHeader, SignatureMissing, SignatureRepeated)
	digest := sha256.Sum256([]byte(token))
	return claim{isToken: true, digests: [][]byte{digest[:]}}, err
}

// listClaim reads the headers of Standard Webhooks.
func listClaim(header http.Header) (claim, error) {
	list, err := exactlyOnce(header, listHeader, SignatureMissing, SignatureRepeated)
	if err != nil {
		return claim{}, err
	}
	made := claim{isTimed: true}
	if made.digests, err = listDigests(list); err != nil {
		return claim{}, err
	}
	id, err := exactlyOnce(header, idHeader, IDMissing, IDRepeated)
	if err != nil {
		return claim{}, err
	}
	// A dot ends the id: with one inside, the same bytes would be signed for other ids and bodies.
	if !visible.MatchString(id) || strings.Contains(id, ".") {
		return claim{}, refuse(IDInvalid)
	}
	timestamp, err := exactlyOnce(header, timestampHeader, TimestampMissing, TimestampRepeated)
	if err != nil {
		return claim{}, err
	}
	// ParseInt takes a sign as well.
	made.signedAt, err = strconv.ParseInt(timestamp, 10, 64)
	if err != nil || !digits.MatchString(timestamp) || len(timestamp) > 19 {
		return claim{}, refuse(TimestampInvalid)
	}
	made.before = id + "." + timestamp + "."
	return made, nil
}

// listDigests has the well-formed items of a list. A malformed one can match nothing, and is the
// reason of the refusal where there is no other.
func listDigests(list string) ([][]byte, error) {
	items := strings.Split(list, " ")
	if len(items) > signaturesMax {
		return nil, refuse(TooManySignatures)
	}
	var digests [][]byte
	var malformed error
	for _, item := range items {
		if !strings.HasPrefix(item, "v1,") {
			continue
		}
		digest, err := Base64.decode(item[len("v1,"):], sha256.Size)
		if err == nil {
			digests = append(digests, digest)
		} else if malformed == nil {
			malformed = err
		}
	}
	switch {
	case len(digests) > 0:
		return digests, nil
	case malformed != nil:
		return nil, malformed
	}
	return nil, refuse(LabelUnknown)
}

// equal takes the same time wherever the two differ, which == and bytes.Equal do not. It is a variable so
// that a test can count the comparisons.
var equal = hmac.Equal

// fits compares what the key makes of the body with every claimed digest. Tokens are compared as digests,
// so that no length shows.
func (c claim) fits(key activeKey, body []byte) bool {
	if c.isToken != key.isToken {
		return false
	}
	var expected []byte
	if key.isToken {
		digest := sha256.Sum256(key.bytes)
		expected = digest[:]
	} else {
		expected = c.algorithm.sum(key.bytes, []byte(c.before), body)
	}
	fits := false
	for _, digest := range c.digests {
		fits = equal(expected, digest) || fits
	}
	return fits
}

func (c claim) isTimely(now time.Time) error {
	if !c.isTimed {
		return nil
	}
	switch seconds := clock(now).Unix(); {
	case c.signedAt < seconds-toleranceSeconds:
		return refuse(TimestampTooOld)
	case c.signedAt > seconds+toleranceSeconds:
		return refuse(TimestampTooNew)
	}
	return nil
}

func clock(now time.Time) time.Time {
	if now.IsZero() {
		return time.Now()
	}
	return now
}
