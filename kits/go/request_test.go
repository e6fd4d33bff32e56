package webhooks_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/webhooks"
)

// request is a genuine one, with a body of which the length is known or, chunked, is not.
func request(t *testing.T, body []byte, chunked bool) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/hook", bytes.NewReader(body))
	header, err := webhooks.Sign(webhooks.BitbucketCloud, webhooks.SecretsOf(secretText), webhooks.Outgoing{EventKey: "repo:push", RequestID: "id"}, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/json")
	if chunked {
		r.ContentLength = -1
	}
	return r
}

func verifyRequest(r *http.Request, bodyMax int64) ([]byte, error) {
	_, body, err := webhooks.VerifyRequest(r, webhooks.BitbucketCloud, webhooks.SecretsOf(secretText), bodyMax, time.Time{})
	return body, err
}

func TestVerifyRequest(t *testing.T) {
	for name, chunked := range map[string]bool{"with a length": false, "chunked": true} {
		t.Run(name, func(t *testing.T) {
			r := request(t, []byte(`{"a":1}`), chunked)
			verified, body, err := webhooks.VerifyRequest(r, webhooks.BitbucketCloud, webhooks.SecretsOf(secretText), 7, time.Time{})
			if err != nil || verified.EventKey != "repo:push" || string(body) != `{"a":1}` {
				t.Fatalf("%+v, %s, %v", verified, body, err)
			}
			// A second reader, such as c.ShouldBindJSON of Gin, has what was verified.
			again, err := io.ReadAll(r.Body)
			if err != nil || !bytes.Equal(again, body) || r.ContentLength != 7 {
				t.Errorf("%s, %v, %d", again, err, r.ContentLength)
			}
			r.Body = io.NopCloser(strings.NewReader(`{"a":2}`))
			body, err = verifyRequest(r, 0)
			if expect(t, err, webhooks.Mismatch); body != nil {
				t.Errorf("a body that was refused: %s", body)
			}
		})
	}
	empty := request(t, nil, false)
	for _, r := range []*http.Request{empty, {Header: empty.Header}, {Header: empty.Header, Body: http.NoBody}} {
		body, err := verifyRequest(r, 0)
		if expect(t, err, ""); len(body) != 0 {
			t.Errorf("%q", body)
		}
	}
}

func TestBodyNotRaw(t *testing.T) {
	form := url.Values{"payload": {"{}"}}.Encode()
	var multipartBody bytes.Buffer
	writer := multipart.NewWriter(&multipartBody)
	if writer.WriteField("payload", "{}") != nil || writer.Close() != nil {
		t.Fatal("no multipart body")
	}
	for _, c := range []struct {
		name, contentType, body string
		read                    func(r *http.Request) error
	}{
		{"a form", "application/x-www-form-urlencoded", form, (*http.Request).ParseForm},
		{"a value of a form", "application/x-www-form-urlencoded", form, func(r *http.Request) error {
			if r.FormValue("payload") != "{}" {
				return errors.New("no form")
			}
			return nil
		}},
		{"a form of another type", "application/json", "{}", (*http.Request).ParseForm},
		{"a multipart form", writer.FormDataContentType(), multipartBody.String(), func(r *http.Request) error {
			return r.ParseMultipartForm(1 << 20)
		}},
		{"a multipart reader", writer.FormDataContentType(), multipartBody.String(), func(r *http.Request) error {
			_, err := r.MultipartReader()
			return err
		}},
		{"decoded JSON", "application/json", `{"a":1}`, func(r *http.Request) error {
			var parsed any
			return json.NewDecoder(r.Body).Decode(&parsed)
		}},
		{"read to the end", "application/json", `{"a":1}`, func(r *http.Request) error {
			_, err := io.Copy(io.Discard, r.Body)
			return err
		}},
		{"exchanged for none", "application/json", `{"a":1}`, func(r *http.Request) error {
			r.Body = http.NoBody
			return nil
		}},
	} {
		for name, chunked := range map[string]bool{"": false, ", chunked": true} {
			t.Run(c.name+name, func(t *testing.T) {
				r := request(t, []byte(c.body), chunked)
				// What is left is nothing, and there is a genuine signature of nothing.
				r.Header.Set("X-Hub-Signature", request(t, nil, false).Header.Get("X-Hub-Signature"))
				r.Header.Set("Content-Type", c.contentType)
				if err := c.read(r); err != nil {
					t.Fatal(err)
				}
				_, err := verifyRequest(r, 0)
				expect(t, err, webhooks.BodyNotRaw)
				for _, word := range []string{"net/http", "Gin", "ShouldBind", "Lambda", "isBase64Encoded"} {
					if !strings.Contains(err.Error(), word) {
						t.Errorf("does not name %s: %v", word, err)
					}
				}
			})
		}
	}
	r := request(t, []byte(`{"a":1}`), false)
	if _, err := io.ReadFull(r.Body, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	_, err := verifyRequest(r, 0)
	expect(t, err, webhooks.BodyNotRaw)
}

// endless is a body without an end, of which it counts what was read. It breaks off before it has filled
// the memory of whoever reads on.
type endless struct{ read int64 }

func (e *endless) Read(into []byte) (int, error) {
	if e.read += int64(len(into)); e.read > 64<<20 {
		return 0, errors.New("it reads on and on")
	}
	return len(into), nil
}

func TestBodiesAreBounded(t *testing.T) {
	var tooLarge *http.MaxBytesError
	source := &endless{}
	r := request(t, hello, true)
	r.Body = io.NopCloser(source)
	if _, err := verifyRequest(r, 1000); !errors.As(err, &tooLarge) || tooLarge.Limit != 1000 {
		t.Errorf("%v", err)
	}
	if source.read > 1<<16 {
		t.Errorf("read %d bytes to take 1000", source.read)
	}
	announced := &endless{}
	r.Body, r.ContentLength = io.NopCloser(announced), 1001
	if _, err := verifyRequest(r, 1000); !errors.As(err, &tooLarge) || announced.read != 0 {
		t.Errorf("%v, read %d bytes", err, announced.read)
	}
	if _, err := verifyRequest(request(t, make([]byte, 1000), false), 1000); err != nil {
		t.Error(err)
	}
	r.Body, r.ContentLength = io.NopCloser(&endless{}), -1
	if _, err := verifyRequest(r, 0); !errors.As(err, &tooLarge) || tooLarge.Limit != webhooks.BodyMaxDefault {
		t.Errorf("%v", err)
	}
}

func gzipped(t *testing.T, body []byte) []byte {
	t.Helper()
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	if _, err := writer.Write(body); err != nil || writer.Close() != nil {
		t.Fatal(err)
	}
	return zipped.Bytes()
}

func TestGzip(t *testing.T) {
	body := []byte(`{"test":true}`)
	zipped := func(signed, sent []byte, encoding string) *http.Request {
		r := request(t, signed, false)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
		r.Header.Set("Content-Encoding", encoding)
		return r
	}
	r := zipped(body, gzipped(t, body), "gzip")
	plain, err := verifyRequest(r, 1000)
	if err != nil || !bytes.Equal(plain, body) || r.Header.Get("Content-Encoding") != "" {
		t.Errorf("%s, %v, %v", plain, err, r.Header)
	}
	_, err = verifyRequest(zipped(body, gzipped(t, body), "GZIP"), 1000)
	expect(t, err, "")
	_, err = verifyRequest(zipped(body, body, "gzip"), 1000) // a proxy has undone it
	expect(t, err, "")
	_, err = verifyRequest(zipped(body, gzipped(t, body), "identity"), 1000)
	expect(t, err, webhooks.Mismatch)
	_, err = verifyRequest(zipped(body, gzipped(t, append(body, ' ')), "gzip"), 1000)
	expect(t, err, webhooks.Mismatch)
	var tooLarge *http.MaxBytesError
	bomb := gzipped(t, make([]byte, 1<<20))
	if _, err := verifyRequest(zipped(body, bomb, "gzip"), 10_000); len(bomb) > 10_000 || !errors.As(err, &tooLarge) {
		t.Errorf("%d bytes: %v", len(bomb), err)
	}
	if _, err := verifyRequest(zipped(body, gzipped(t, body)[:12], "gzip"), 1000); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}

func TestBodyThatBreaksOff(t *testing.T) {
	r := request(t, hello, false)
	broken := errors.New("broken")
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(hello[:5]), failing{broken}))
	if _, err := verifyRequest(r, 0); !errors.Is(err, broken) {
		t.Errorf("verified a part: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
