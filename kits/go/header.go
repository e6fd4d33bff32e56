package webhooks

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
)

// What texts may be. In Go $ is the end of the text and nothing before it, other than in most languages.
var (
	visible     = regexp.MustCompile(`^[!-~]{1,255}$`)
	headerName  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,255}$")
	headerText  = regexp.MustCompile(`^[!-~]([ -~]*[!-~])?$`)
	label       = regexp.MustCompile(`^([!-~][ -~]{0,63})?$`)
	digits      = regexp.MustCompile(`^[0-9]{1,255}$`)
	eventKey    = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,128}$`)
	gitLabEvent = regexp.MustCompile(`^[A-Za-z]+( [A-Za-z]+)+$`)
	gitLabKey   = regexp.MustCompile(`^[a-z]+(_[a-z]+)*_hook$`)
)

// canonical is the one spelling of a header's name. ASCII alone: strings.EqualFold would take the
// sign of the kelvin for a k.
func canonical(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

// once has the value of a header without the spaces and tabs around it, and how often the header
// stands. It looks at every name, because http.Header.Get has the first of many values, and finds
// nothing in a map whose names are in another case, as an event of AWS Lambda has them.
func once(header http.Header, name string) (value string, count int) {
	name = canonical(name)
	for other, values := range header {
		if canonical(other) != name {
			continue
		}
		for _, found := range values {
			value = strings.Trim(found, " \t")
			count++
		}
	}
	return value, count
}

// exactlyOnce refuses a header that is missing or repeated: with two signatures, the one that is
// checked here need not be the one that another part of the system believes.
func exactlyOnce(header http.Header, name string, missing, repeated Reason) (string, error) {
	switch value, count := once(header, name); count {
	case 0:
		return "", fault(missing, "no "+name)
	case 1:
		return value, nil
	default:
		return "", fault(repeated, strconv.Itoa(count)+" times "+name)
	}
}

// text reads a header that is not signed: "" where it is missing, repeated or something else.
func text(header http.Header, name string, form *regexp.Regexp) string {
	if value, count := once(header, name); count == 1 && form.MatchString(value) {
		return value
	}
	return ""
}

// received has what the headers say besides the signature.
func (d Dialect) received(header http.Header, body []byte) Verified {
	verified := Verified{EventKey: text(header, d.eventKey, eventKey)}
	if event := text(header, d.eventKey, gitLabEvent); d.proof == proofTokenOrList && event != "" {
		event = strings.ToLower(strings.ReplaceAll(event, " ", "_"))
		verified.EventKey = eventKey.FindString(event)
	}
	if verified.EventKey == "" && d.proof == proofList {
		verified.EventKey = eventKey.FindString(typeOf(body))
	}
	if d.proof != proofLabelled {
		// First the id that a signature can cover: a replay cannot change it.
		verified.RequestID = text(header, idHeader, visible)
	}
	for _, name := range d.requestID {
		if verified.RequestID == "" {
			verified.RequestID = text(header, name, visible)
		}
	}
	if number, err := strconv.ParseUint(text(header, d.attempt, digits), 10, 32); err == nil {
		attempt := uint32(number)
		verified.Attempt = &attempt
	}
	return verified
}

// writeGitLabEvent writes "merge_request_hook" as "Merge Request Hook".
func writeGitLabEvent(key string) string {
	if !gitLabKey.MatchString(key) {
		return key
	}
	words := strings.Split(key, "_")
	for position, word := range words {
		words[position] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}

// typeOf has the string "type" at the top of a JSON object that has been verified. It reads names as
// they are: a struct would take "Type" and "TYPE" for it too, and the last of them.
func typeOf(body []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return ""
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return ""
		}
		if name == "type" {
			value, _ := decoder.Token()
			text, _ := value.(string)
			return text
		}
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return ""
		}
	}
	return ""
}
