//! The catalogue of problems: every code with its status and title.

use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $status:ident, $title:literal;)+) => {
        /// What went wrong, as a stable word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $doc])+
            $name,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The word of the answer.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $word),+ }
            }

            /// The status of the answer.
            pub const fn status(self) -> StatusCode {
                match self { $(Code::$name => StatusCode::$status),+ }
            }

            /// The same for every occurrence (RFC 9457, 3.1.3).
            pub const fn title(self) -> &'static str {
                match self { $(Code::$name => $title),+ }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON";
    /// The request broke off or cannot be read.
    MalformedRequest = "malformed_request", BAD_REQUEST, "The request cannot be read";
    /// No token, or a wrong one.
    Unauthorized = "unauthorized", UNAUTHORIZED, "A valid token is needed";
    /// No such path or thing.
    NotFound = "not_found", NOT_FOUND, "There is no such thing";
    /// The path has no such method; `Allow` says which it has.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The path has no such method";
    /// The body did not come in time.
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT, "The body did not come in time";
    /// There is a source of that name.
    NameTaken = "name_taken", CONFLICT, "The name is taken";
    /// It was changed by somebody else during this request: nothing was done.
    ChangedMeanwhile = "changed_meanwhile", CONFLICT, "Changed in the meantime";
    /// The configuration file declares it: change it there.
    DeclaredInConfiguration = "declared_in_configuration", CONFLICT, "Declared in the configuration file";
    /// Deliveries wait for it, `waiting` says how many. `?waiting=cancel` cancels them.
    DeliveriesWaiting = "deliveries_waiting", CONFLICT, "Deliveries wait for it";
    /// Without this secret the source would have none.
    LastSecret = "last_secret", CONFLICT, "It is the last active secret";
    /// No room for another secret.
    TooManySecrets = "too_many_secrets", CONFLICT, "There are too many secrets";
    /// The delivery's status does not allow it.
    WrongStatus = "wrong_status", CONFLICT, "The delivery's status does not allow that";
    /// As many jobs run as may.
    TooManyJobs = "too_many_jobs", CONFLICT, "Too many jobs run";
    /// The job has ended already.
    JobEnded = "job_ended", CONFLICT, "The job has ended";
    /// The event's body has been removed.
    BodyExpired = "body_expired", CONFLICT, "The event's body has been removed";
    /// The delivery's webhook no longer exists.
    WebhookDeleted = "webhook_deleted", CONFLICT, "The delivery's webhook has been deleted";
    /// It has another version than `If-Match` names.
    VersionMismatch = "version_mismatch", PRECONDITION_FAILED, "It has another version";
    /// The body is over its limit.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is not of a type or encoding that is understood here.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body's type is not understood here";
    /// Fields or parameters are wrong: `errors` has all of them.
    InvalidFields = "invalid_fields", UNPROCESSABLE_ENTITY, "Fields are wrong";
    /// Deliveries may not reach this target.
    TargetForbidden = "target_forbidden", UNPROCESSABLE_ENTITY, "The target is forbidden";
    /// A defect of the server. It has been logged.
    Internal = "internal", INTERNAL_SERVER_ERROR, "The server failed";
    /// Too much work at once. Nothing is confirmed.
    Busy = "busy", SERVICE_UNAVAILABLE, "The server is busy";
    /// The disk is full or nearly so. Nothing was changed.
    StoreFull = "store_full", SERVICE_UNAVAILABLE, "The store's disk is full";
    /// History is over its limit and everything in it waits. Nothing was changed.
    HistoryFull = "history_full", SERVICE_UNAVAILABLE, "History is over its limit";
    /// The store does not take work now. Nothing is confirmed.
    StoreUnavailable = "store_unavailable", SERVICE_UNAVAILABLE, "The store does not take work now";
}
