package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

// Encoding is how a digest is written.
type Encoding string

// Algorithm is the hash function of an HMAC.
type Algorithm string

// What [GenericHMAC] takes.
const (
	Hex    Encoding  = "hex"
	Base64 Encoding  = "base64"
	SHA256 Algorithm = "sha256"
	SHA512 Algorithm = "sha512"
)

func (a Algorithm) hash() func() hash.Hash {
	if a == SHA512 {
		return sha512.New
	}
	return sha256.New
}

// digestTextMax: the most characters that base64 of a SHA-512 digest has.
const digestTextMax = 88

// decode reads a digest of exactly size bytes. Text and digest are what the request claims, not
// secrets, so that nothing here needs constant time.
func (e Encoding) decode(text string, size int) ([]byte, error) {
	var digest []byte
	if e == Base64 {
		if len(text) > digestTextMax {
			return nil, refuse(LengthWrong)
		}
		decoded, ok := strictBase64(text)
		if !ok {
			return nil, refuse(EncodingInvalid)
		}
		digest = decoded
	} else {
		if strings.Trim(text, "0123456789abcdefABCDEF") != "" {
			return nil, refuse(EncodingInvalid)
		}
		// Strict in itself; an odd number of digits is all that it can still dislike.
		decoded, err := hex.DecodeString(text)
		if err != nil {
			return nil, refuse(LengthWrong)
		}
		digest = decoded
	}
	if len(digest) != size {
		return nil, refuse(LengthWrong)
	}
	return digest, nil
}

func (e Encoding) encode(digest []byte) string {
	if e == Base64 {
		return base64.StdEncoding.EncodeToString(digest)
	}
	return hex.EncodeToString(digest)
}

// strictBase64 decodes padded standard base64. The decoder of the standard library skips line
// breaks, and without Strict also ignores the bits that are left over at the end, so that many
// texts would stand for one digest.
func strictBase64(text string) ([]byte, bool) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	return decoded, err == nil
}

// sum is the HMAC of the parts, one after the other.
func (a Algorithm) sum(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(a.hash(), key)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}
