// A receiver for webhooks of Bitbucket Cloud, as an AWS Lambda function behind API Gateway, a function
// URL or a load balancer.
//
// It speaks to Lambda's runtime interface itself, so that it needs no other module: build it for Linux
// as a file named bootstrap, and deploy it with the runtime provided.al2023. With AWS's own module for
// Go, hand the bytes of the event to handle.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	webhooks "countersign/webhooks"
)

// event is a request, as Lambda is given it.
type event struct {
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
}

type answer struct {
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}

// handle answers one event.
func handle(text []byte, secrets webhooks.Secrets) answer {
	verified, body, err := verify(text, secrets)
	if err != nil {
		log.Print(err) // for the operator; the sender is told nothing
		return answer{http.StatusForbidden, "forbidden\n"}
	}
	var push struct {
		Repository struct {
			FullName string `json:"full_name"`
		} `json:"repository"`
	}
	if err := json.Unmarshal(body, &push); err != nil {
		return answer{http.StatusBadRequest, "not JSON\n"}
	}
	log.Printf("%s in %s, request %s", verified.EventKey, push.Repository.FullName, verified.RequestID)
	return answer{http.StatusNoContent, ""}
}

// verify undoes what Lambda did to the request, and checks it.
func verify(text []byte, secrets webhooks.Secrets) (webhooks.Verified, []byte, error) {
	var event event
	if err := json.Unmarshal(text, &event); err != nil {
		// As where the event has a parsed body: what the sender signed can no longer be known.
		return webhooks.Verified{}, nil, &webhooks.Error{Reason: webhooks.BodyNotRaw, Detail: err.Error()}
	}
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(event.Body)
		if err != nil {
			return webhooks.Verified{}, nil, err
		}
		body = decoded
	}
	// With both, headers has one of the values of a name, and would hide that it stood twice.
	header := http.Header(event.MultiValueHeaders)
	if len(header) == 0 {
		header = http.Header{}
		for name, value := range event.Headers {
			header[name] = []string{value}
		}
	}
	verified, err := webhooks.Verify(webhooks.BitbucketCloud, secrets, header, body, time.Now())
	return verified, body, err
}

func main() {
	secrets, err := webhooks.SecretsFromEnvironment()
	if err != nil {
		log.Fatal(err)
	}
	runtime := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		if err := serveOne(runtime, secrets); err != nil {
			log.Fatal(err)
		}
	}
}

// serveOne takes the next event and gives its answer.
func serveOne(runtime string, secrets webhooks.Secrets) error {
	next, err := http.Get(runtime + "next")
	if err != nil {
		return err
	}
	defer next.Body.Close()
	text, err := io.ReadAll(next.Body) // Lambda bounds it: 6 MB
	if err != nil {
		return err
	}
	if next.StatusCode != http.StatusOK {
		return errors.New("no event: " + next.Status)
	}
	answer, err := json.Marshal(handle(text, secrets))
	if err != nil {
		return err
	}
	id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
	taken, err := http.Post(runtime+id+"/response", "application/json", bytes.NewReader(answer))
	if err != nil {
		return err
	}
	defer taken.Body.Close()
	if taken.StatusCode/100 != 2 {
		return fmt.Errorf("the answer was not taken: %s", taken.Status)
	}
	return nil
}
