package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	publishTimeout = 10 * time.Second
	answerMaxBytes = 1 << 20
)

// Event is what [Publish] says of a body.
type Event struct {
	// Key is what happened, such as "invoice.paid".
	Key string
	// Scope is where, such as "acme/api"; empty is the whole server.
	Scope string
	// RequestID, unless it is empty: the same one again in the scope makes no second event.
	RequestID string
	// ContentType is application/json when empty.
	ContentType string
}

// Published is what became of an event. It is on the server's disk.
type Published struct {
	// ID is the event's, or at a duplicate the first event's.
	ID string
	// Deliveries is how many were made.
	Deliveries int
	// Duplicate: the request id had come before in the scope.
	Duplicate bool
}

// PublishError is why an event was not confirmed. It never has the token in it.
type PublishError struct {
	// Status of the answer; 0 where none came.
	Status int
	// Code is the stable word of the problem, such as "invalid_fields"; empty where there is none.
	Code string
	// Detail is for people, with what is wrong with each parameter.
	Detail string
	cause  error
}

func (e *PublishError) Error() string {
	text := "webhooks: not published"
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d %s", e.Status, e.Code)
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap has the cause where no answer could be read.
func (e *PublishError) Unwrap() error { return e.cause }

// Publish hands an event to a Countersign server, such as "http://127.0.0.1:8491", and returns once
// it is on the server's disk. It waits 10 s at most. After an error of which the outcome is not known, such as a
// timeout or a status from 500 on, publish again with the same request id: the event is then made once.
func Publish(ctx context.Context, server, token string, event Event, body []byte) (Published, error) {
	request, err := publishRequest(ctx, server, token, event, body)
	if err != nil {
		return Published{}, err
	}
	client := http.Client{
		Timeout: publishTimeout,
		// A redirect would take the body, and within a domain the token, to where nobody sent them.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return Published{}, &PublishError{cause: err}
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerMaxBytes))
	if err != nil {
		return Published{}, &PublishError{Status: response.StatusCode, cause: err}
	}
	return readAnswer(response.StatusCode, answer)
}

func publishRequest(ctx context.Context, server, token string, event Event, body []byte) (*http.Request, error) {
	// The parser's own error repeats the text, which may be a token in the wrong place.
	target, err := url.Parse(server)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "" || target.User != nil || target.RawQuery != "" {
		return nil, &PublishError{Detail: "the server is given as http://HOST:PORT or https://HOST"}
	}
	if !headerText.MatchString(token) {
		return nil, &PublishError{Detail: "the token is empty or cannot stand in a header"}
	}
	query := url.Values{"key": {event.Key}}
	if event.Scope != "" {
		query.Set("scope", event.Scope)
	}
	if event.RequestID != "" {
		query.Set("request_id", event.RequestID)
	}
	target.Path = strings.TrimRight(target.Path, "/") + "/api/v1/events"
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &PublishError{cause: err}
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	if event.ContentType != "" {
		request.Header.Set("Content-Type", event.ContentType)
	}
	return request, nil
}

func readAnswer(status int, body []byte) (Published, error) {
	var answer struct {
		ID           string
		Deliveries   int
		Code, Detail string
		Errors       []struct{ Pointer, Message string }
	}
	err := json.Unmarshal(body, &answer)
	if status != http.StatusAccepted && status != http.StatusOK {
		for _, field := range answer.Errors {
			answer.Detail += fmt.Sprintf(" %s: %s;", field.Pointer, field.Message)
		}
		return Published{}, &PublishError{Status: status, Code: answer.Code, Detail: strings.Trim(answer.Detail, " ;")}
	}
	if err != nil || answer.ID == "" {
		return Published{}, &PublishError{Status: status, Detail: "the answer has no id: is this a Countersign server?"}
	}
	return Published{ID: answer.ID, Deliveries: answer.Deliveries, Duplicate: status == http.StatusOK}, nil
}
