//! Past vulnerabilities of webhook verification, and how each is avoided here.
//!
//! Verifying a webhook is a few lines of code, and those lines have gone wrong in the same few ways
//! for years. This page has what went wrong elsewhere, what this crate does instead, and which of its
//! tests shows that. It holds documentation only. Where no advisory is named, the mistake was seen in
//! the published source of receivers that are in use.
//!
//! # A part of a signature is enough
//!
//! A comparison that stops at the end of the shorter side accepts an empty signature. In the Rust
//! library `svix` before 1.17 a header of `v1,` verified any request ([CVE-2024-21491],
//! RUSTSEC-2024-0010). `@clerk/backend` from 2.0 to 2.3 took events whose signature was wrong because
//! the list of signatures was not read as it should have been (CVE-2025-53548).
//!
//! *Here* a signature is decoded first, to exactly the length of the algorithm's digests, and anything
//! else is [`LengthWrong`](crate::VerifyError::LengthWrong) before a comparison is made.
//! *Shown by* `properties::part_of_a_signature_is_refused`, which tries every beginning of a genuine
//! signature, and `wycheproof::tags_are_accepted_and_refused_as_published`.
//!
//! # The time of a comparison tells the signature
//!
//! Comparing texts with the language's own equality ends at the first difference, which can be
//! measured: Jenkins' Generic Webhook Trigger (CVE-2022-43412) and its GitLab plugin (CVE-2022-43411)
//! compared tokens so. Comparing the texts without case makes it worse: base64 that differs in case
//! is another digest.
//!
//! *Here* decoded bytes are compared, in one place, in constant time, with every active secret and
//! without an early exit. Tokens are compared through SHA-256, so that their length does not show.
//! *Shown by* `mac::every_byte_of_a_digest_counts` and `gitlab::every_bit_of_a_token_counts`.
//!
//! # An empty secret
//!
//! With an empty secret anybody can sign. In new-api the secret for payments was empty until somebody
//! set it, while the endpoint was live (CVE-2026-41432). Two libraries for tokens looked their key up
//! by a name in the unverified message, and took an unknown name for an empty key (CVE-2025-65945 in
//! node-jws, CVE-2026-49852 in joserfc). Some receivers take every request while no secret is set.
//!
//! *Here* a [`Secret`](crate::Secret) cannot be made from nothing or from white space, and a
//! [`Verifier`](crate::Verifier) cannot be made without a secret. Nothing in a request chooses a
//! secret or a dialect. A receiver that has none yet has [`Verifier::decoy`](crate::Verifier::decoy),
//! which refuses everything.
//! *Shown by* `forged::empty_secret_cannot_be_configured` and `forged::decoy_accepts_nothing`.
//!
//! # A secret that everybody knows
//!
//! OpenSSF Allstar's Reviewbot had its secret in its source (CVE-2025-61926).
//!
//! *Here* no secret is built in, and a good one is one call away:
//! [`Secret::generate`](crate::Secret::generate), from 256 bits of randomness. A short one gets a
//! [warning](crate::SecretWarning::Short).
//! *Shown by* `secret::generated_secret_is_in_the_form_of_the_dialect` and
//! `secret::warnings_name_what_is_unwise`.
//!
//! # No verification, or one that is optional
//!
//! n8n's trigger for Stripe verified nothing (CVE-2026-21894), and neither did OneUptime's for
//! WhatsApp (CVE-2026-33143). Others compare an id that is sent with every request and is no secret, or
//! have a setting that verifies only once a secret is chosen too.
//!
//! *Here* there is no way to ask for less: no tolerance to widen, no header to make optional, no
//! algorithm to allow. A GitLab token covers nothing of the body by design, and its documentation says so.
//! *Shown by* `forged::one_header_of_the_dialects_own_counts` and
//! `gitlab::with_both_a_wrong_signature_is_not_rescued_by_a_right_token`.
//!
//! # Acting before verifying
//!
//! Vela (CVE-2025-27616) and Woodpecker (CVE-2023-40034) used or stored what a payload said before the
//! request was verified. Argo CD ended altogether on a JSON member of an unexpected type
//! (CVE-2025-59531, CVE-2025-59537, CVE-2025-59538), and read whole bodies into memory before it
//! looked at a signature (CVE-2024-40634). Argo Workflows (CVE-2026-42294), monetr (CVE-2026-40481) and
//! new-api (CVE-2026-64868) did the latter too.
//!
//! *Here* nothing is parsed to verify. [`Verifier::begin`](crate::Verifier::begin) judges the headers
//! before a byte of the body is read, and the body is hashed in chunks as it comes, so that a receiver
//! can stop at its limit. [`Dialect::body_cap_default_bytes`](crate::Dialect::body_cap_default_bytes)
//! proposes one. Undo a content encoding within the same limit: a few bytes of gzip can be gigabytes.
//! *Shown by* `forged::headers_are_judged_before_the_body` and
//! `properties::nothing_received_makes_it_panic`.
//!
//! # A header that is cut without looking
//!
//! Taking what follows the seventh byte of `sha256=...` fails on a shorter header, and in some
//! languages ends the program. Removing the label wherever it stands, or only if it does, takes
//! signatures without one. Skipping what is not hexadecimal takes `zz` and a genuine digest.
//!
//! *Here* the label is exact and first, and decoding is strict: nothing is skipped or trimmed but the
//! blanks around a header's value, which are no part of it.
//! *Shown by* `forged::hub_signature_is_read_strictly`,
//! `forged::standard_webhooks_signatures_are_read_strictly` and
//! `properties::every_bit_counts`.
//!
//! # An older algorithm
//!
//! GitHub's `X-Hub-Signature` is SHA-1; Bitbucket's header of that name is SHA-256. Receivers that
//! read the algorithm from the label let the sender choose it, and several still take `sha1=`, one
//! `md5=`.
//!
//! *Here* a dialect has one algorithm, and a valid `sha1=` is
//! [`LabelUnknown`](crate::VerifyError::LabelUnknown). Another dialect's header is not looked at.
//! *Shown by* `forged::hub_signature_is_read_strictly` and
//! `generic_hmac::the_other_algorithm_is_never_tried`.
//!
//! # Two headers
//!
//! Where a header stands twice, a proxy may look at one and the receiver at the other; a receiver that
//! splits at commas and takes any that fits doubles the chances of a forgery.
//!
//! *Here* the signature header stands exactly once, and so do those that it covers. A list is one only
//! where the dialect has lists, of at most [`SIGNATURES_MAX`](crate::SIGNATURES_MAX).
//! *Shown by* `forged::one_header_of_the_dialects_own_counts`.
//!
//! # A body that is no longer what was signed
//!
//! Jenkins' GitHub plugin refused genuine requests with a ™ in them: the body had been bytes, then
//! text, then bytes again (JENKINS-50154). Other libraries can neither sign nor verify what is not
//! UTF-8, hash an empty body where a framework has taken the body away, which makes one captured
//! signature fit every request, or cut a long body and verify the rest.
//!
//! *Here* a body is bytes and is hashed as it is. The signature of an empty body fits an empty body
//! alone. [`explain`](crate::explain) finds out when a body was changed on the way.
//! *Shown by* `forged::bytes_of_secret_and_body_are_taken_as_they_are` and
//! `forged::signature_of_an_empty_body_is_for_an_empty_body_only`.
//!
//! # An answer that helps to forge
//!
//! Version 2.3 of the receiver `webhook` answered a wrong signature with the right one. Jenkins plugins told
//! from their answers whether a job exists (GHSA-qxwc-wchr-5h29, GHSA-jr86-6j4j-mv45,
//! GHSA-8xwj-2wgh-gprh).
//!
//! *Here* an expected digest has no `Debug` and leaves the crate only in a signed request. Errors and
//! explanations have no bytes of a request or a secret in them. They are for the operator: answer
//! every refusal alike, and one for a source that does not exist too.
//! *Shown by* `trials::no_explanation_shows_what_would_help_to_forge` and
//! `forged::what_is_printed_shows_no_secret_and_no_digest`.
//!
//! # A secret that is shown
//!
//! Gitea (CVE-2026-58511) and Vikunja (CVE-2026-33677) gave the credentials of a webhook back to whoever
//! could read its settings.
//!
//! *Here* [`Secret`](crate::Secret) and [`BasicCredentials`](crate::BasicCredentials) print as
//! `[redacted]`, cannot be serialised or compared, and are overwritten when dropped.
//! *Shown by* `secret::debug_shows_nothing` and `basic::debug_shows_nothing`.
//!
//! # The same request again
//!
//! Bitbucket, GitHub, GitLab's token and Gitea sign no time and no id, so that a captured request stays
//! genuine for ever. *Here* a time is checked where the dialect signs one
//! ([`TIMESTAMP_TOLERANCE_S`](crate::TIMESTAMP_TOLERANCE_S)), after the comparison. Elsewhere it is the
//! receiver that has to remember request ids, and with them the bodies: the ids are not signed either.
//! *Shown by* `forged::standard_webhooks_time_is_within_five_minutes` and
//! `properties::change_of_what_else_is_signed_is_refused`.
//!
//! [CVE-2024-21491]: https://rustsec.org/advisories/RUSTSEC-2024-0010.html
