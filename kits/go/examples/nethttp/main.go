// A receiver for webhooks of Bitbucket Cloud, with net/http.
//
//	COUNTERSIGN_SECRET_FILE=secret.txt go run ./examples/nethttp -listen 127.0.0.1:8080
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	webhooks "countersign/webhooks"
)

// bodyMax: Bitbucket Cloud sends at most 256 KB.
const bodyMax = 1 << 20

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	secrets, err := webhooks.SecretsFromEnvironment()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/hook", func(w http.ResponseWriter, r *http.Request) { receive(w, r, secrets) })
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s/hook\n", listener.Addr())
	// Without a time limit, strangers could keep connections open for ever.
	server := http.Server{ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	log.Fatal(server.Serve(listener))
}

func receive(w http.ResponseWriter, r *http.Request, secrets webhooks.Secrets) {
	verified, body, err := webhooks.VerifyRequest(r, webhooks.BitbucketCloud, secrets, bodyMax, time.Now())
	if err != nil {
		log.Print(err) // for the operator; the sender is told nothing
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	var event struct {
		Repository struct {
			FullName string `json:"full_name"`
		} `json:"repository"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	log.Printf("%s in %s, request %s", verified.EventKey, event.Repository.FullName, verified.RequestID)
	w.WriteHeader(http.StatusNoContent)
}
