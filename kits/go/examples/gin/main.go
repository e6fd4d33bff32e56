// A receiver for webhooks of Bitbucket Cloud, with Gin.
//
//	go mod tidy && COUNTERSIGN_SECRET_FILE=secret.txt go run . -listen 127.0.0.1:8080
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	webhooks "countersign/webhooks"

	"github.com/gin-gonic/gin"
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
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	// The check is the first that sees the request: no middleware before it may read the body.
	router.POST("/hook", verified(secrets), receive)
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s/hook\n", listener.Addr())
	server := http.Server{Handler: router, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	log.Fatal(server.Serve(listener))
}

func verified(secrets webhooks.Secrets) gin.HandlerFunc {
	return func(c *gin.Context) {
		verified, _, err := webhooks.VerifyRequest(c.Request, webhooks.BitbucketCloud, secrets, bodyMax, time.Now())
		if err != nil {
			log.Print(err) // for the operator; the sender is told nothing
			c.String(http.StatusForbidden, "forbidden\n")
			c.Abort()
			return
		}
		c.Set("verified", verified)
	}
}

// receive parses what was verified.
func receive(c *gin.Context) {
	var event struct {
		Repository struct {
			FullName string `json:"full_name"`
		} `json:"repository"`
	}
	if err := c.ShouldBindJSON(&event); err != nil {
		c.String(http.StatusBadRequest, "not JSON\n")
		return
	}
	verified := c.MustGet("verified").(webhooks.Verified)
	log.Printf("%s in %s, request %s", verified.EventKey, event.Repository.FullName, verified.RequestID)
	c.Status(http.StatusNoContent)
}
