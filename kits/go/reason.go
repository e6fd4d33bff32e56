package webhooks

import "errors"

// Reason is why a request was refused, or why it could not be verified or signed, as a stable word.
type Reason string

// Why a request is refused. The fault is with the request.
const (
	SignatureMissing  Reason = "signature_missing"
	SignatureRepeated Reason = "signature_repeated"
	TooManySignatures Reason = "too_many_signatures"
	LabelUnknown      Reason = "label_unknown"
	EncodingInvalid   Reason = "encoding_invalid"
	LengthWrong       Reason = "length_wrong"
	IDMissing         Reason = "id_missing"
	IDRepeated        Reason = "id_repeated"
	IDInvalid         Reason = "id_invalid" // also of a request id or hook id to sign
	TimestampMissing  Reason = "timestamp_missing"
	TimestampRepeated Reason = "timestamp_repeated"
	TimestampInvalid  Reason = "timestamp_invalid" // also of a time to sign
	Mismatch          Reason = "mismatch"
	TimestampTooOld   Reason = "timestamp_too_old"
	TimestampTooNew   Reason = "timestamp_too_new"
)

// Why a request cannot be verified or signed. The fault is with the program or its configuration.
const (
	BodyNotRaw          Reason = "body_not_raw"
	DialectUnknown      Reason = "dialect_unknown"
	NoSecret            Reason = "no_secret"
	TooManySecrets      Reason = "too_many_secrets"
	SecretEmpty         Reason = "secret_empty"
	SecretBlank         Reason = "secret_blank"
	SecretTooLong       Reason = "secret_too_long"
	SecretNotWhsec      Reason = "secret_not_whsec"
	SecretEncoding      Reason = "secret_encoding"
	SecretLength        Reason = "secret_length"
	SecretNotHeaderText Reason = "secret_not_header_text"
	EventKeyInvalid     Reason = "event_key_invalid" // of an event key to sign
)

// Error is the one error of verifying and signing. Its text has no secret and no digest in it; it is
// for the operator all the same, and not for whoever sent the request.
type Error struct {
	Reason Reason
	// Detail says more, for people. It may be empty.
	Detail string
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return "webhooks: " + string(e.Reason)
	}
	return "webhooks: " + string(e.Reason) + ": " + e.Detail
}

// ReasonOf has the reason of an error of this package, and "" of any other.
func ReasonOf(err error) Reason {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return ""
}

func refuse(reason Reason) error { return &Error{Reason: reason} }

func fault(reason Reason, detail string) error { return &Error{Reason: reason, Detail: detail} }
