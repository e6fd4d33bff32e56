package webhooks_test

import (
	"fmt"
	"net/http"
	"time"

	"countersign/webhooks"
)

func ExampleVerify() {
	secrets := webhooks.SecretsOf("It's a Secret to Everybody") // a real one comes from a file
	header := http.Header{}
	header.Set("X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")
	header.Set("X-Event-Key", "repo:push")

	verified, err := webhooks.Verify(webhooks.BitbucketCloud, secrets, header, []byte("Hello World!"), time.Now())
	fmt.Println(verified.EventKey, err)
	_, err = webhooks.Verify(webhooks.BitbucketCloud, secrets, header, []byte("Hello World?"), time.Now())
	fmt.Println(err)
	// Output:
	// repo:push <nil>
	// webhooks: mismatch
}

// While a secret is rotated both are active: requests signed with either are taken, and SecretID says
// when the old one is no longer in use.
func ExampleSecrets() {
	before, after := "the secret of 2025", "the secret of 2026"
	secrets := webhooks.Secrets{webhooks.NewSecret("2025", before), webhooks.NewSecret("2026", after)}
	header, err := webhooks.Sign(webhooks.GitHub, webhooks.SecretsOf(before), webhooks.Outgoing{EventKey: "push", RequestID: "1"}, []byte("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	verified, err := webhooks.Verify(webhooks.GitHub, secrets, header, []byte("{}"), time.Now())
	fmt.Println(verified.SecretID, err)
	// Output: 2025 <nil>
}

func ExampleGenericHMAC() {
	shop, err := webhooks.GenericHMAC(webhooks.Generic{
		Header: "X-Shop-Hmac-Sha256", Encoding: webhooks.Base64,
		EventKeyHeader: "X-Shop-Topic", RequestIDHeader: "X-Shop-Webhook-Id",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	secrets := webhooks.SecretsOf("a secret of the shop")
	header, err := webhooks.Sign(shop, secrets, webhooks.Outgoing{EventKey: "orders/create", RequestID: "7"}, []byte("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	verified, err := webhooks.Verify(shop, secrets, header, []byte("{}"), time.Now())
	fmt.Println(verified.EventKey, verified.RequestID, err)
	// Output: orders/create 7 <nil>
}

func ExampleBasicMatches() {
	header := http.Header{"Authorization": {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}}
	fmt.Println(webhooks.BasicMatches("Aladdin", "open sesame", header))
	// Output: true
}
