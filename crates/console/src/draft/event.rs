//! Events as somebody writes them in a batch.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use countersign::EventKey;
use pipeline::Scope;
use serde_json::Value;
use utoipa::openapi::Schema;

use super::{
    draft,
    field::{Field, FromJson},
    forge::note_unknown,
};
use crate::{
    engine::{Publish, is_own_scope},
    fields::{Fault, FieldCode, FieldErrors},
    text::RequestId,
};

/// The most events of one batch.
pub const BATCH_EVENTS_MAX: usize = 500;

draft! {
    /// A batch of events: 1 to 500 of them, at most 26,214,400 bytes in all.
    pub struct BatchDraft {
        /// The events, in order.
        events: Vec<EventField>,
    }
}

draft! {
    /// One event of a batch. One of `body` and `body_base64` has to be given.
    pub struct EventDraft {
        /// What happened. Needed.
        key: EventKey,
        /// Where; empty (the default) is the whole server.
        scope: Scope,
        /// The publisher's own id: the same one in the same scope again is a duplicate.
        request_id: RequestId,
        /// The `Content-Type` that it is delivered with. Default `application/json`; null is none.
        content_type: String,
        /// The body as text: its exact bytes in UTF-8.
        body: String,
        /// The body's exact bytes in base64.
        body_base64: String,
    }
}

/// One event of a batch, read whether it is right or wrong: a wrong one is told on its own.
#[derive(Clone, Debug)]
pub struct EventField(Field<EventDraft>);

impl FromJson for EventField {
    fn from_json(value: Value) -> Result<EventField, FieldErrors> {
        Ok(EventField(Field::from(value)))
    }

    fn describe() -> Schema {
        EventDraft::describe()
    }
}

impl BatchDraft {
    /// The events, each with what is wrong with it.
    ///
    /// # Errors
    ///
    /// What is wrong with the batch itself: nothing is to be published then.
    pub(crate) fn judge(self) -> Result<Vec<Result<Publish, FieldErrors>>, FieldErrors> {
        let mut errors = FieldErrors::default();
        for name in self.unknown.keys() {
            note_unknown(name, BatchDraft::FIELDS, &mut errors);
        }
        let wrong = matches!(self.events, Field::Bad(_));
        let events = self.events.resolve("events", None, &mut errors).unwrap_or_default();
        if !wrong && !(1..=BATCH_EVENTS_MAX).contains(&events.len()) {
            let message = format!("1 to {BATCH_EVENTS_MAX} events");
            errors.add("events", FieldCode::BadLength, message);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(events.into_iter().map(EventField::judge).collect())
    }
}

impl EventField {
    fn judge(self) -> Result<Publish, FieldErrors> {
        match self.0 {
            Field::Given(draft) => draft.judge(),
            Field::Bad(errors) => Err(errors),
            Field::Absent | Field::Null => EventDraft::default().judge(),
        }
    }
}

impl EventDraft {
    fn judge(self) -> Result<Publish, FieldErrors> {
        let mut errors = FieldErrors::default();
        for name in self.unknown.keys() {
            note_unknown(name, EventDraft::FIELDS, &mut errors);
        }
        let wrong = matches!(self.key, Field::Bad(_));
        let key = self.key.resolve("key", None, &mut errors);
        if key.is_none() && !wrong {
            errors.add("key", FieldCode::Required, "has to be given");
        }
        let scope = self.scope.check(own_scope_is_reserved);
        let scope = scope.resolve("scope", None, &mut errors).unwrap_or_default();
        let request_id = self.request_id.resolve("request_id", None, &mut errors);
        let json = Some("application/json".to_owned());
        let content_type = self.content_type.check(content_type);
        let content_type = content_type.resolve("content_type", json, &mut errors);
        let both =
            matches!(self.body, Field::Given(_)) && matches!(self.body_base64, Field::Given(_));
        let text = self.body.resolve("body", None, &mut errors).map(Bytes::from);
        let bytes = self.body_base64.check(decoded).resolve("body_base64", None, &mut errors);
        if both || (errors.is_empty() && text.is_none() && bytes.is_none()) {
            let message = "one of body and body_base64 has to be given";
            errors.add("body", FieldCode::Required, message);
        }
        match (key, text.or(bytes), errors.is_empty()) {
            (Some(key), Some(body), true) => {
                let request_id = request_id.map(|id| id.0);
                Ok(Publish { key, scope, request_id, content_type, body })
            }
            _ => Err(errors),
        }
    }
}

fn own_scope_is_reserved(scope: Scope) -> Result<Scope, Fault> {
    if is_own_scope(&scope) {
        Err((FieldCode::Reserved, "this scope is for the server's own events".to_owned()))
    } else {
        Ok(scope)
    }
}

fn content_type(text: String) -> Result<String, Fault> {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if plain && (1..=countersign::HEADER_TEXT_MAX_BYTES).contains(&text.len()) {
        Ok(text)
    } else {
        let message = "1 to 255 bytes of visible ASCII, spaces and tabs";
        Err((FieldCode::BadFormat, message.to_owned()))
    }
}

fn decoded(text: String) -> Result<Bytes, Fault> {
    let bytes = STANDARD.decode(text);
    let message = || "padded standard base64 and nothing else".to_owned();
    bytes.map(Bytes::from).map_err(|_| (FieldCode::BadFormat, message()))
}
