//! Bulk work as somebody writes it: a recovery, and the filters of bulk resends and cancellations.
//!
//! What would touch everything by an empty or forgotten field is refused: a recovery names its
//! beginning, a bulk resend a status, a bulk cancellation at least one condition.

use countersign::EventKey;
use pipeline::{
    BulkAct, EventId, Lost, Recovery, Scope, Status, Timestamp, Trigger, WebhookId,
    store::DeliveryFilter, trigger::TRIGGERS_MAX,
};
use serde_json::Value;
use utoipa::openapi::Schema;

use super::{
    draft,
    field::{FromJson, from_text, wrong_type},
    note_unknown,
};
use crate::{
    fields::{FieldCode, FieldErrors},
    query::ResponseStatus,
    text::{RequestId, Text},
};

draft! {
    /// What of a webhook's to recover.
    pub(crate) struct RecoverDraft {
        /// Of events accepted at this time or later. Needed.
        since: Timestamp,
        /// Of events accepted before this time. Default: everything up to now.
        until: Timestamp,
        /// `failed` (the default) and `cancelled` deliveries become due again; `missing` makes deliveries of events that the webhook, as it is now, asks for and has none of: it was inactive, asked for something else, or did not exist; `all` is all three.
        status: Lost,
        /// Only events with a key that one of these matches: keys such as `repo:push`, beginnings such as `pullrequest:*`, or `*`; at most 128. Default: every key.
        events: Vec<Trigger>,
        /// Whether to count only. Default false.
        dry_run: bool,
    }
}

draft! {
    /// Which deliveries to act on. Every condition that is given has to hold.
    pub(crate) struct SelectDraft {
        /// In this status. A bulk resend needs one, and not `pending`; a bulk cancellation takes `pending` only, which is its default.
        status: Status,
        /// To this webhook.
        webhook: WebhookId,
        /// Of this event.
        event: EventId,
        /// Of events with this key.
        key: EventKey,
        /// Of events at and below this scope.
        scope: Scope,
        /// With this request id, or of the event that came with it.
        request_id: RequestId,
        /// Whose last attempt was answered with this status.
        response_status: ResponseStatus,
        /// Made at this time or later.
        since: Timestamp,
        /// Made before this time.
        until: Timestamp,
        /// Whether to count only. Default false.
        dry_run: bool,
    }
}

from_text!(Timestamp, Status, Lost, WebhookId, EventId);

impl FromJson for ResponseStatus {
    fn from_json(value: Value) -> Result<ResponseStatus, FieldErrors> {
        let number = value.as_u64().ok_or_else(|| wrong_type("a whole number"))?;
        Text::read(&number.to_string()).map_err(FieldErrors::of)
    }

    fn describe() -> Schema {
        <ResponseStatus as Text>::describe().into()
    }
}

/// Bulk work that was asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) act: BulkAct,
    /// Whether to count only.
    pub(crate) dry_run: bool,
}

impl RecoverDraft {
    /// The recovery of a webhook.
    pub(crate) fn apply(self, webhook: WebhookId, now: Timestamp) -> Result<Asked, FieldErrors> {
        let mut errors = FieldErrors::default();
        for name in self.unknown.keys() {
            note_unknown(name, RecoverDraft::FIELDS, &mut errors);
        }
        let needed = matches!(self.since, super::Field::Absent | super::Field::Null);
        if needed {
            errors.add("since", FieldCode::Required, "say from when on");
        }
        let since = self.since.resolve("since", None, &mut errors).unwrap_or_default();
        // Everything that was accepted up to this millisecond.
        let present = now.plus_millis(1);
        let until = self.until.resolve("until", None, &mut errors);
        let until = until.unwrap_or(present).min(present);
        if errors.is_empty() && since >= until {
            errors.add("until", FieldCode::Conflict, "later than `since`, which lies in the past");
        }
        let triggers = self.events.check(|triggers| {
            let fault = (FieldCode::BadLength, format!("at most {TRIGGERS_MAX}"));
            if triggers.len() > TRIGGERS_MAX { Err(fault) } else { Ok(triggers) }
        });
        let triggers = triggers.resolve("events", None, &mut errors).unwrap_or_default();
        let lost = self.status.resolve("status", None, &mut errors).unwrap_or(Lost::Failed);
        let dry_run = self.dry_run.resolve("dry_run", None, &mut errors).unwrap_or(false);
        if !errors.is_empty() {
            return Err(errors);
        }
        let recovery = Recovery { webhook, lost, triggers, since, until };
        Ok(Asked { act: BulkAct::Recover(recovery), dry_run })
    }
}

impl SelectDraft {
    /// A bulk resend.
    pub(crate) fn resend(self) -> Result<Asked, FieldErrors> {
        let (filter, dry_run, mut errors) = self.read();
        match filter.status {
            Some(Status::Pending) => {
                let message = "failed, cancelled or delivered: what is pending is tried anyway";
                errors.add("status", FieldCode::Conflict, message);
            }
            None if errors.is_empty() => {
                errors.add("status", FieldCode::Required, "failed, cancelled or delivered");
            }
            _ => {}
        }
        if errors.is_empty() {
            Ok(Asked { act: BulkAct::Resend(filter), dry_run })
        } else {
            Err(errors)
        }
    }

    /// A bulk cancellation.
    pub(crate) fn cancel(self) -> Result<Asked, FieldErrors> {
        let (filter, dry_run, mut errors) = self.read();
        if filter.status.is_some_and(|status| status != Status::Pending) {
            errors.add("status", FieldCode::Conflict, "only pending deliveries are cancelled");
        }
        if errors.is_empty() && filter == DeliveryFilter::default() {
            let message = "name at least one condition; `status` `pending` is all that waits";
            errors = FieldErrors::of((FieldCode::Required, message.to_owned()));
        }
        let filter = DeliveryFilter { status: Some(Status::Pending), ..filter };
        if errors.is_empty() {
            Ok(Asked { act: BulkAct::Cancel(filter), dry_run })
        } else {
            Err(errors)
        }
    }

    fn read(self) -> (DeliveryFilter, bool, FieldErrors) {
        let mut found = FieldErrors::default();
        let errors = &mut found;
        for name in self.unknown.keys() {
            note_unknown(name, SelectDraft::FIELDS, errors);
        }
        let request_id = self.request_id.resolve("request_id", None, errors);
        let response_status = self.response_status.resolve("response_status", None, errors);
        let filter = DeliveryFilter {
            status: self.status.resolve("status", None, errors),
            webhook: self.webhook.resolve("webhook", None, errors),
            event: self.event.resolve("event", None, errors),
            key: self.key.resolve("key", None, errors),
            scope: self.scope.resolve("scope", None, errors),
            request_id: request_id.map(|id| id.0),
            response_status: response_status.map(|status| status.0),
            since: self.since.resolve("since", None, errors),
            until: self.until.resolve("until", None, errors),
        };
        let dry_run = self.dry_run.resolve("dry_run", None, errors).unwrap_or(false);
        (filter, dry_run, found)
    }
}
