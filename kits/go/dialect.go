package webhooks

import "strings"

// Dialect is how one system shows the origin of a request: which headers, what is signed, how the
// event key, the request id and the attempt are named. The zero Dialect is an error wherever it is used.
type Dialect struct {
	name  string
	proof proof

	// signature is the header of proofLabelled and proofList.
	signature string
	label     string
	encoding  Encoding
	algorithm Algorithm

	eventKey string
	// requestID has the headers of the id, the one that is read first at the front. webhook-id is none of
	// them: it is read before them, and sent with the signature that covers it.
	requestID []string
	hookID    string
	attempt   string
}

// proof is how a request shows that its sender has the secret.
type proof int

const (
	// A label and the HMAC of the body.
	proofLabelled proof = iota
	// A list of HMACs of an id, a time and the body: Standard Webhooks.
	proofList
	// The secret itself, or for a secret that begins with whsec_ a list: GitLab.
	proofTokenOrList
)

const (
	eventKeyHeader  = "X-Event-Key"
	attemptHeader   = "X-Attempt-Number"
	tokenHeader     = "X-Gitlab-Token"
	listHeader      = "webhook-signature"
	idHeader        = "webhook-id"
	timestampHeader = "webhook-timestamp"
)

// The dialects that have a name. [GenericHMAC] makes any other.
var (
	BitbucketCloud = Dialect{name: "bitbucket-cloud", signature: "X-Hub-Signature", label: "sha256=",
		eventKey: eventKeyHeader, requestID: []string{"X-Request-UUID"}, hookID: "X-Hook-UUID", attempt: attemptHeader}
	BitbucketDataCenter = Dialect{name: "bitbucket-data-center", signature: "X-Hub-Signature", label: "sha256=",
		eventKey: eventKeyHeader, requestID: []string{"X-Request-Id"}}
	GitHub = Dialect{name: "github", signature: "X-Hub-Signature-256", label: "sha256=",
		eventKey: "X-GitHub-Event", requestID: []string{"X-GitHub-Delivery"}, hookID: "X-GitHub-Hook-ID"}
	GitLab = Dialect{name: "gitlab", proof: proofTokenOrList,
		eventKey: "X-Gitlab-Event", requestID: []string{"Idempotency-Key", "X-Gitlab-Event-UUID"}, hookID: "X-Gitlab-Webhook-UUID"}
	Gitea = Dialect{name: "gitea", signature: "X-Gitea-Signature",
		eventKey: "X-Gitea-Event", requestID: []string{"X-Gitea-Delivery"}}
	StandardWebhooks = Dialect{name: "standard-webhooks", proof: proofList,
		eventKey: eventKeyHeader}
)

// DialectNamed has the dialect of that name, such as "bitbucket-cloud".
func DialectNamed(name string) (Dialect, error) {
	for _, dialect := range []Dialect{BitbucketCloud, BitbucketDataCenter, GitHub, GitLab, Gitea, StandardWebhooks} {
		if dialect.name == name {
			return dialect, nil
		}
	}
	if name == "generic-hmac" {
		return Dialect{}, fault(DialectUnknown, "GenericHMAC makes a dialect of this kind")
	}
	return Dialect{}, refuse(DialectUnknown)
}

// String is the name, such as "bitbucket-cloud".
func (d Dialect) String() string { return d.name }

// Generic describes an HMAC of the body in a header of one's own choosing.
type Generic struct {
	Header    string
	Prefix    string    // what stands before the digest, such as "sha256="
	Encoding  Encoding  // [Hex] when empty
	Algorithm Algorithm // [SHA256] when empty

	EventKeyHeader  string // none when empty
	RequestIDHeader string // none when empty
}

// GenericHMAC makes a dialect. What cannot work is [DialectUnknown]: no name of a header, one that
// means something else already, or an encoding or algorithm that is not in the list.
func GenericHMAC(generic Generic) (Dialect, error) {
	made := Dialect{name: "generic-hmac", signature: generic.Header, label: generic.Prefix,
		encoding: generic.Encoding, algorithm: generic.Algorithm, eventKey: generic.EventKeyHeader}
	if generic.RequestIDHeader != "" {
		made.requestID = []string{generic.RequestIDHeader}
	}
	switch {
	case made.encoding != "" && made.encoding != Hex && made.encoding != Base64:
		return Dialect{}, fault(DialectUnknown, "the encoding is hex or base64")
	case made.algorithm != "" && made.algorithm != SHA256 && made.algorithm != SHA512:
		return Dialect{}, fault(DialectUnknown, "the algorithm is sha256 or sha512")
	case !label.MatchString(made.label):
		return Dialect{}, fault(DialectUnknown, "the prefix is at most 64 characters of visible ASCII")
	}
	taken := map[string]bool{}
	for _, header := range reservedHeaders {
		taken[canonical(header)] = true
	}
	take := func(header string) bool {
		isFree := headerName.MatchString(header) && !taken[canonical(header)]
		taken[canonical(header)] = true
		return isFree
	}
	ok := generic.EventKeyHeader == "" || take(generic.EventKeyHeader)
	taken[canonical(eventKeyHeader)] = true // every signer sends it
	ok = ok && take(generic.Header) && (generic.RequestIDHeader == "" || take(generic.RequestIDHeader))
	if !ok {
		return Dialect{}, fault(DialectUnknown, "each header has a name of its own, which means nothing else")
	}
	return made, nil
}

// reservedHeaders carry something else in every request.
var reservedHeaders = strings.Fields(`Connection Content-Encoding Content-Length Content-Type
	Cookie Expect Forwarded Host Keep-Alive Proxy-Authorization Proxy-Connection TE Trailer
	Transfer-Encoding Upgrade User-Agent Via X-Attempt-Number`)
