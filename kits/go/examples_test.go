package webhooks_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/webhooks"
)

// ginSources is where Debian's golang-github-gin-gonic-gin-dev puts Gin and all that it needs.
const ginSources = "/usr/share/gocode"

const pushed = `{"repository":{"full_name":"acme/api"},"text":"ü"}`

// The environment of every program here: nothing comes from a network, and no secret from outside.
func environment(settings ...string) []string {
	kept := []string{"GOPROXY=off", "GOFLAGS=", "GOWORK=off"}
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "COUNTERSIGN_") && !strings.HasPrefix(setting, "GOFLAGS=") && !strings.HasPrefix(setting, "GOPROXY=") {
			kept = append(kept, setting)
		}
	}
	return append(kept, settings...)
}

// build makes a program of a folder, in the environment given, and checks it with go vet.
func build(t *testing.T, folder string, settings ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	for _, arguments := range [][]string{{"vet", "."}, {"build", "-o", program, "."}} {
		command := exec.Command("go", arguments...)
		command.Dir, command.Env = folder, environment(settings...)
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", arguments[0], err, output)
		}
	}
	return program
}

// start runs a program until the test ends. It answers with the first line of its output.
func start(t *testing.T, program string, arguments, settings []string) string {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Env = environment(settings...)
	var log bytes.Buffer
	command.Stderr = &log
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(stdout).ReadString('\n')
		line <- strings.TrimSpace(text)
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("its log: %s", log.String())
		}
		if strings.Contains(log.String(), secretText) {
			t.Errorf("it logs the secret: %s", log.String())
		}
	})
	if len(arguments) == 0 {
		return ""
	}
	select {
	case first := <-line:
		return first
	case <-time.After(20 * time.Second):
		t.Fatal("it does not say where it listens")
		return ""
	}
}

// secretFile has the secret as an editor leaves it.
func secretFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secretText+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// refusesToStart: a receiver without a secret must not come up at all.
func refusesToStart(t *testing.T, program string, arguments ...string) {
	t.Helper()
	for _, setting := range []string{"COUNTERSIGN_SECRET=", "COUNTERSIGN_SECRET= ", "COUNTERSIGN_SECRET_FILE=" + os.DevNull} {
		command := exec.Command(program, arguments...)
		command.Env = environment(setting)
		output, err := command.CombinedOutput()
		if err == nil || !strings.Contains(string(output), "secret_") {
			t.Errorf("%s: %v, %s", setting, err, output)
		}
	}
}

type answered struct {
	status int
	body   string
}

var forbidden = answered{403, "forbidden\n"}

// sent is one case that every example is put to.
type sent struct {
	name     string
	header   http.Header
	body     string
	expected answered
}

func cases(t *testing.T) []sent {
	t.Helper()
	genuine := func(secret, body string) http.Header {
		header, err := webhooks.Sign(webhooks.BitbucketCloud, webhooks.SecretsOf(secret), webhooks.Outgoing{EventKey: "repo:push", RequestID: "id"}, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		header.Set("Content-Type", "application/json")
		return header
	}
	twice := genuine(secretText, pushed)
	twice.Add("X-Hub-Signature", twice.Get("X-Hub-Signature"))
	form := genuine(secretText, "")
	form.Set("Content-Type", "application/x-www-form-urlencoded")
	return []sent{
		{"genuine", genuine(secretText, pushed), pushed, answered{204, ""}},
		{"tampered", genuine(secretText, pushed), strings.Replace(pushed, "acme", "evil", 1), forbidden},
		{"another secret", genuine("another", pushed), pushed, forbidden},
		{"unsigned", http.Header{"Content-Type": {"application/json"}}, pushed, forbidden},
		{"signed twice", twice, pushed, forbidden},
		{"a form under the signature of nothing", form, "payload=1", forbidden},
		{"too long", genuine(secretText, strings.Repeat(" ", 2<<20)), strings.Repeat(" ", 2<<20), forbidden},
		{"genuine, no JSON", genuine(secretText, "hello"), "hello", answered{400, "not JSON\n"}},
	}
}

// server is put to all cases over HTTP, with a length and chunked.
func server(t *testing.T, program string) {
	t.Helper()
	refusesToStart(t, program, "-listen", "127.0.0.1:0")
	line := start(t, program, []string{"-listen", "127.0.0.1:0"}, []string{"COUNTERSIGN_SECRET_FILE=" + secretFile(t)})
	address := strings.TrimPrefix(line, "listening on ")
	for _, c := range cases(t) {
		for name, body := range map[string]io.Reader{"": strings.NewReader(c.body), ", chunked": io.MultiReader(strings.NewReader(c.body))} {
			request, err := http.NewRequest(http.MethodPost, address, body)
			if err != nil {
				t.Fatal(err)
			}
			request.Header = c.header.Clone()
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatalf("%s%s: %v", c.name, name, err)
			}
			text, err := io.ReadAll(response.Body)
			response.Body.Close()
			if found := (answered{response.StatusCode, string(text)}); err != nil || found != c.expected {
				t.Errorf("%s%s: %+v, %v, expected %+v", c.name, name, found, err, c.expected)
			}
		}
	}
}

func TestExampleNetHTTP(t *testing.T) {
	server(t, build(t, filepath.Join("examples", "nethttp")))
}

// Gin is not fetched: it is built from Debian's sources, in the mode of before modules.
func TestExampleGin(t *testing.T) {
	if _, err := os.Stat(filepath.Join(ginSources, "src", "github.com", "gin-gonic", "gin")); err != nil {
		t.Skip("Gin's sources are missing (Debian: golang-github-gin-gonic-gin-dev)")
	}
	kit, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir()
	parent := filepath.Join(path, "src", "countersign")
	if err := os.MkdirAll(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(kit, filepath.Join(parent, "webhooks")); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(parent, "webhooks", "examples", "gin")
	server(t, build(t, folder, "GO111MODULE=off", "GOPATH="+path+":"+ginSources, "PWD="+folder))
}

// The function runs as it does in Lambda, against a double of its runtime interface.
func TestExampleLambda(t *testing.T) {
	program := build(t, filepath.Join("examples", "lambda"))
	refusesToStart(t, program)
	events, answers := make(chan []byte), make(chan answered)
	runtime := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/2018-06-01/runtime/invocation/next":
			select {
			case event := <-events:
				w.Header().Set("Lambda-Runtime-Aws-Request-Id", "an-id")
				_, _ = w.Write(event)
			case <-r.Context().Done():
			}
		case "/2018-06-01/runtime/invocation/an-id/response":
			var answer struct {
				StatusCode int
				Body       string
			}
			if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusAccepted)
			answers <- answered{answer.StatusCode, answer.Body}
		default:
			http.NotFound(w, r)
		}
	}))
	// The program is ended before its runtime, which waits for it.
	t.Cleanup(runtime.Close)
	start(t, program, nil, []string{"COUNTERSIGN_SECRET_FILE=" + secretFile(t), "AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(runtime.URL, "http://")})
	invoke := func(name string, event any, expected answered) {
		t.Helper()
		text, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []string{"event", "answer"} {
			select {
			case events <- text:
			case found := <-answers:
				if found != expected {
					t.Errorf("%s: %+v, expected %+v", name, found, expected)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("%s: no %s", name, step)
			}
		}
	}
	for _, c := range cases(t) {
		if c.name == "too long" { // Lambda's own bound comes first
			continue
		}
		single, lower := map[string]string{}, map[string][]string{}
		for name, values := range c.header {
			single[strings.ToLower(name)] = strings.Join(values, ",")
			lower[strings.ToLower(name)] = values
		}
		plain := map[string]any{"headers": single, "body": c.body, "isBase64Encoded": false}
		invoke(c.name, plain, c.expected)
		encoded := base64.StdEncoding.EncodeToString([]byte(c.body))
		invoke(c.name+", base64", map[string]any{"headers": single, "body": encoded, "isBase64Encoded": true}, c.expected)
		// As the REST interface sends them: in headers there is only the last value of each.
		for name, values := range lower {
			single[name] = values[len(values)-1]
		}
		invoke(c.name+", both", map[string]any{"headers": single, "multiValueHeaders": lower, "body": c.body}, c.expected)
	}
	genuine := map[string]string{"x-hub-signature": cases(t)[0].header.Get("X-Hub-Signature")}
	parsed := map[string]any{"repository": map[string]any{"full_name": "acme/api"}}
	invoke("a parsed body", map[string]any{"headers": genuine, "body": parsed}, forbidden)
	invoke("base64 that is not said to be", map[string]any{"headers": genuine, "body": base64.StdEncoding.EncodeToString([]byte(pushed))}, forbidden)
	invoke("no request at all", []string{}, forbidden)
}

// What the README says of a module that is not published yet.
func TestUseByReplace(t *testing.T) {
	kit, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.com/receiver\n\ngo 1.19\n\nrequire countersign/webhooks v0.1.0\n\nreplace countersign/webhooks => " + kit + "\n",
		"main.go": "package main\n\nimport (\n\t\"fmt\"\n\n\t\"countersign/webhooks\"\n)\n\nfunc main() { fmt.Println(webhooks.BitbucketCloud) }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	output, err := exec.Command(build(t, folder)).Output()
	if err != nil || string(output) != "bitbucket-cloud\n" {
		t.Errorf("%s, %v", output, err)
	}
}
