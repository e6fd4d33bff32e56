// Package webhooks verifies and signs webhooks, in the dialects of Bitbucket Cloud, Bitbucket Data
// Center, GitHub, GitLab, Gitea and Forgejo, Standard Webhooks, and any other system that puts an
// HMAC over the body into a header.
//
// In a handler of net/http or Gin, [VerifyRequest] reads the body within a bound, verifies it and
// hands it back. Everywhere else, as in AWS Lambda, [Verify] takes the headers and the raw bytes.
// [Sign] makes the headers of a request to send, [BasicMatches] checks basic authentication, and
// [Publish] hands an event to a Countersign server, which signs and delivers it.
//
// What every function here keeps to:
//
//   - The body is the bytes as they came. It is verified before anything parses it, because a
//     parsed body that is written again is another body, and a parser is code that strangers reach.
//   - A dialect is configured and never guessed: X-Hub-Signature carries SHA-256 at Bitbucket and
//     SHA-1 at GitHub, and whoever may choose the algorithm chooses the weakest.
//   - An empty secret is an error and never skipped: anybody can compute an HMAC with an empty key.
//   - Digests are decoded strictly, to their full length, and compared in constant time with every
//     active secret.
//   - No error has a secret, the expected digest or the received digest in its text. Answer every
//     refusal alike, and keep the reason for your log.
//
// What a signature does not cover: the headers. Whoever captured a genuine request of Bitbucket,
// GitHub or Gitea can send it again, with another event key or request id. Remember the ids together
// with a hash of the body, and read from the body what was done and where.
package webhooks
