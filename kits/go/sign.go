package webhooks

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Outgoing is what a request to send says besides its body.
type Outgoing struct {
	// EventKey is what happened: 1 to 128 of A-Za-z0-9_.:/-
	EventKey string
	// RequestID is 1 to 255 visible ASCII characters, without a dot in Standard Webhooks. Keep it when
	// the request is sent again: by it the receiver knows that it has had it.
	RequestID string
	// Attempt counts from 1, which is also meant by 0.
	Attempt uint32
	// HookID is sent where the dialect has a header for it, unless it is empty.
	HookID string
	// Now is the time of the signature, where one is signed; the clock when zero.
	Now time.Time
}

// Sign makes the headers of a request with this body. Send the same bytes with them. A dialect with one
// signature signs with the last of the secrets, one with a list with each of them, the last one first.
func Sign(dialect Dialect, secrets Secrets, outgoing Outgoing, body []byte) (http.Header, error) {
	keys, err := dialect.keys(secrets)
	if err != nil {
		return nil, err
	}
	if !eventKey.MatchString(outgoing.EventKey) {
		return nil, refuse(EventKeyInvalid)
	}
	if !visible.MatchString(outgoing.RequestID) {
		return nil, fault(IDInvalid, "the request id")
	}
	header := http.Header{}
	header.Set(eventKeyHeader, outgoing.EventKey)
	if dialect.proof == proofTokenOrList {
		header.Set(dialect.eventKey, writeGitLabEvent(outgoing.EventKey))
	} else if dialect.eventKey != "" {
		header.Set(dialect.eventKey, outgoing.EventKey)
	}
	for _, name := range dialect.requestID {
		header.Set(name, outgoing.RequestID)
	}
	if dialect.hookID != "" && outgoing.HookID != "" {
		if !visible.MatchString(outgoing.HookID) {
			return nil, fault(IDInvalid, "the hook id")
		}
		header.Set(dialect.hookID, outgoing.HookID)
	}
	if outgoing.Attempt == 0 {
		outgoing.Attempt = 1
	}
	header.Set(attemptHeader, strconv.FormatUint(uint64(outgoing.Attempt), 10))
	if err := dialect.addSignature(header, keys, outgoing, body); err != nil {
		return nil, err
	}
	return header, nil
}

func (d Dialect) addSignature(header http.Header, keys []activeKey, outgoing Outgoing, body []byte) error {
	if d.proof == proofLabelled {
		digest := d.algorithm.sum(keys[len(keys)-1].bytes, body)
		header.Set(d.signature, d.label+d.encoding.encode(digest))
		return nil
	}
	var signing []activeKey
	for _, key := range keys {
		if key.isToken {
			header.Set(tokenHeader, string(key.bytes))
		} else {
			signing = append([]activeKey{key}, signing...)
		}
	}
	if len(signing) == 0 {
		return nil
	}
	if strings.Contains(outgoing.RequestID, ".") {
		return fault(IDInvalid, "a dot in the request id")
	}
	seconds := clock(outgoing.Now).Unix()
	if seconds < 0 {
		return fault(TimestampInvalid, "before 1970")
	}
	timestamp := strconv.FormatInt(seconds, 10)
	var list []string
	for _, key := range signing {
		digest := SHA256.sum(key.bytes, []byte(outgoing.RequestID+"."+timestamp+"."), body)
		list = append(list, "v1,"+Base64.encode(digest))
	}
	header.Set(idHeader, outgoing.RequestID)
	header.Set(timestampHeader, timestamp)
	header.Set(listHeader, strings.Join(list, " "))
	return nil
}
