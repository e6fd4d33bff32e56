package webhooks

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// BodyMaxDefault is the most bytes of a body that [VerifyRequest] takes when it is given no bound.
const BodyMaxDefault = 25 << 20

const notRaw = "the body was read or parsed before it was verified. Verify first, then parse what was verified: " +
	"in net/http and Gin before ParseForm, FormValue, ShouldBind or any middleware that reads the body; " +
	"in AWS Lambda call Verify with the event's body, base64 undone where isBase64Encoded is true"

// VerifyRequest reads the body of a request and verifies it, in net/http, in Gin (as c.Request), and in
// whatever else has an *http.Request. It answers with the body, and leaves the request so that its body
// can be read again, by c.ShouldBindJSON for one. Call it before anything else reads the body.
//
// A body of more than bodyMax bytes, before or after its gzip is undone, is a *http.MaxBytesError: strangers
// can send bodies too, and nothing is known of them yet. Where bodyMax is not positive it is [BodyMaxDefault].
//
// [BodyNotRaw] says that the body was read or parsed already. What it was then would no longer be known, and
// an empty rest would fit any genuine signature of an empty body.
func VerifyRequest(r *http.Request, dialect Dialect, secrets Secrets, bodyMax int64, now time.Time) (Verified, []byte, error) {
	body, err := rawBody(r, bodyMax)
	if err != nil {
		return Verified{}, nil, err
	}
	verified, err := Verify(dialect, secrets, r.Header, body, now)
	if err != nil {
		return Verified{}, nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Del("Content-Encoding")
	return verified, body, nil
}

// rawBody has the bytes that the sender signed.
func rawBody(r *http.Request, bodyMax int64) ([]byte, error) {
	if bodyMax <= 0 {
		bodyMax = BodyMaxDefault
	}
	if r.Form != nil || r.PostForm != nil || r.MultipartForm != nil {
		return nil, fault(BodyNotRaw, notRaw)
	}
	if r.ContentLength > bodyMax {
		return nil, tooLarge(bodyMax)
	}
	body := []byte{}
	if r.Body != nil {
		var err error
		if body, err = readAtMost(r.Body, bodyMax); err != nil {
			return nil, err
		}
	}
	// A length that is not known is negative. An empty body with one was empty on purpose in theory only.
	if int64(len(body)) < r.ContentLength || len(body) == 0 && r.ContentLength != 0 {
		return nil, fault(BodyNotRaw, notRaw)
	}
	return plain(r.Header, body, bodyMax)
}

// plain undoes gzip: Bitbucket Cloud compresses some bodies, and signs them before. A proxy may have undone
// it and left the header, so that the first bytes decide.
func plain(header http.Header, body []byte, bodyMax int64) ([]byte, error) {
	if !strings.EqualFold(header.Get("Content-Encoding"), "gzip") || !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	unzipper, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("webhooks: undoing gzip: %w", err)
	}
	return readAtMost(unzipper, bodyMax)
}

// readAtMost reads to the end. io.ReadAll alone would let anybody fill the memory.
func readAtMost(source io.Reader, bytesMax int64) ([]byte, error) {
	read, err := io.ReadAll(io.LimitReader(source, bytesMax+1))
	if err != nil {
		return nil, fmt.Errorf("webhooks: reading the body: %w", err)
	}
	if int64(len(read)) > bytesMax {
		return nil, tooLarge(bytesMax)
	}
	return read, nil
}

func tooLarge(bytesMax int64) error {
	return fmt.Errorf("webhooks: %w", &http.MaxBytesError{Limit: bytesMax})
}
