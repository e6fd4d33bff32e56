package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strings"
)

// basicTextMax: the base64 of the longest user name and password, of 1,024 bytes each.
const basicTextMax = 2732

// BasicMatches says whether exactly one Authorization header stands there and carries this user name
// and password, as Bitbucket Data Center can send them besides a signature. Two empty ones, and a user
// name with a colon, match nothing.
//
// http.Request.BasicAuth has the first of several headers and a lenient decoder; and comparing what it
// answers with == tells strangers how much of a password they have guessed.
func BasicMatches(username, password string, header http.Header) bool {
	value, count := once(header, "Authorization")
	scheme, encoded, found := strings.Cut(value, " ")
	encoded = strings.TrimLeft(encoded, " ")
	if count != 1 || !found || len(scheme) != len("Basic") || !strings.EqualFold(scheme, "Basic") || len(encoded) > basicTextMax {
		return false
	}
	pair, ok := strictBase64(encoded)
	if !ok || username+password == "" || strings.Contains(username, ":") {
		return false
	}
	// Through SHA-256, so that not even the length shows in the time it takes.
	claimed, expected := sha256.Sum256(pair), sha256.Sum256([]byte(username+":"+password))
	return hmac.Equal(claimed[:], expected[:])
}
