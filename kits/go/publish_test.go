package webhooks_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/webhooks"
)

const bearer = "canary-token"

// double answers as the server does, and keeps what it was asked.
type double struct {
	*httptest.Server
	status int
	kind   string
	answer string
	asked  *http.Request
	body   string
	count  int
}

func newDouble(t *testing.T, status int, kind, answer string) *double {
	t.Helper()
	made := &double{status: status, kind: kind, answer: answer}
	made.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		made.asked, made.body = r, string(body)
		made.count++
		w.Header().Set("Content-Type", made.kind)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(made.status)
		_, _ = io.WriteString(w, made.answer)
	}))
	t.Cleanup(made.Close)
	return made
}

func publish(server string, event webhooks.Event) (webhooks.Published, error) {
	return webhooks.Publish(context.Background(), server, bearer, event, []byte("{\"ü\":1}\n"))
}

const published = `{"id":"evt_01","deliveries":2}`

func TestPublish(t *testing.T) {
	server := newDouble(t, 202, "application/json", published)
	event := webhooks.Event{Key: "invoice.paid", Scope: "acme/api", RequestID: "a&b=c d"}
	done, err := publish(server.URL+"/", event)
	if err != nil || done != (webhooks.Published{ID: "evt_01", Deliveries: 2}) {
		t.Fatalf("%+v, %v", done, err)
	}
	asked := server.asked
	if asked.Method != http.MethodPost || asked.URL.Path != "/api/v1/events" || server.body != "{\"ü\":1}\n" {
		t.Errorf("%s %s with %q", asked.Method, asked.URL, server.body)
	}
	query := asked.URL.Query()
	if len(query) != 3 || query.Get("key") != "invoice.paid" || query.Get("scope") != "acme/api" || query.Get("request_id") != "a&b=c d" {
		t.Errorf("%v", query)
	}
	if header := asked.Header; header.Get("Authorization") != "Bearer "+bearer || header.Get("Content-Type") != "application/json" || asked.ContentLength != 9 {
		t.Errorf("%v, %d bytes", header, asked.ContentLength)
	}
}

func TestPublishWithoutWhatMayBeLeftOut(t *testing.T) {
	server := newDouble(t, 202, "application/json", published)
	if _, err := publish(server.URL, webhooks.Event{Key: "a", ContentType: "text/plain"}); err != nil {
		t.Fatal(err)
	}
	if query := server.asked.URL.RawQuery; query != "key=a" || server.asked.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%s, %v", query, server.asked.Header)
	}
}

func TestPublishADuplicate(t *testing.T) {
	server := newDouble(t, 200, "application/json", `{"id":"evt_01","status":"duplicate","deliveries":0}`)
	done, err := publish(server.URL, webhooks.Event{Key: "a", RequestID: "b"})
	if err != nil || done != (webhooks.Published{ID: "evt_01", Duplicate: true}) {
		t.Errorf("%+v, %v", done, err)
	}
}

func TestPublishProblems(t *testing.T) {
	problem := `{"type":"/docs/problems#invalid_fields","title":"Fields are wrong","status":422,"code":"invalid_fields",
		"errors":[{"pointer":"?key","code":"required","message":"is needed"},{"pointer":"?scope","code":"reserved","message":"is reserved"}]}`
	for _, c := range []struct {
		name         string
		status       int
		kind, answer string
		code, detail string
	}{
		{"fields", 422, "application/problem+json", problem, "invalid_fields", "?key: is needed; ?scope: is reserved"},
		{"a token", 401, "application/problem+json", `{"code":"unauthorized","detail":"who?"}`, "unauthorized", "who?"},
		{"busy", 503, "application/problem+json", `{"code":"busy"}`, "busy", ""},
		{"no problem", 502, "text/html", "<h1>Bad gateway</h1>", "", ""},
		{"a redirect", 307, "application/json", published, "", ""},
		{"another success", 204, "application/json", "", "", ""},
		{"no id", 202, "application/json", `{}`, "", "the answer has no id: is this a Countersign server?"},
		{"no JSON", 200, "text/html", "hello", "", "the answer has no id: is this a Countersign server?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := newDouble(t, c.status, c.kind, c.answer)
			done, err := publish(server.URL, webhooks.Event{Key: "a"})
			var problem *webhooks.PublishError
			if !errors.As(err, &problem) || problem.Status != c.status || problem.Code != c.code || problem.Detail != c.detail {
				t.Fatalf("%+v, %v", done, err)
			}
			if server.count != 1 || strings.Contains(err.Error(), bearer) {
				t.Errorf("%d requests, %v", server.count, err)
			}
		})
	}
}

func TestPublishToNobody(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	listener.Close()
	_, err = publish(address, webhooks.Event{Key: "a"})
	var problem *webhooks.PublishError
	var network *net.OpError
	if !errors.As(err, &problem) || problem.Status != 0 || !errors.As(err, &network) || strings.Contains(err.Error(), bearer) {
		t.Errorf("%v", err)
	}
}

func TestPublishEndsWithItsContext(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err = webhooks.Publish(ctx, "http://"+silent.Addr().String(), bearer, webhooks.Event{Key: "a"}, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// A token in the place of the server, or with a line ending at its end, is not told in the error.
func TestPublishTellsNoToken(t *testing.T) {
	for _, c := range [][2]string{
		{bearer, "http://127.0.0.1:1"},
		{"%" + bearer, ""},
		{"ftp://127.0.0.1", bearer},
		{"http://user:" + bearer + "@127.0.0.1:1", bearer},
		{"http://127.0.0.1:1?token=" + bearer, bearer},
		{"http://127.0.0.1:1", bearer + "\n"},
		{"http://127.0.0.1:1", ""},
	} {
		_, err := webhooks.Publish(context.Background(), c[0], c[1], webhooks.Event{Key: "a"}, nil)
		var problem *webhooks.PublishError
		if !errors.As(err, &problem) || problem.Status != 0 || strings.Contains(err.Error(), bearer) {
			t.Errorf("%q: %v", c, err)
		}
	}
}
