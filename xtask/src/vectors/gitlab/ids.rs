//! The request id: `webhook-id`, which a signing token covers, else `Idempotency-Key`, else
//! `X-Gitlab-Event-UUID`.

use super::super::case::Case;
use super::super::families::received;
use super::super::scheme::{REQUEST_ID, WEBHOOK_ID};
use super::{EVENT_UUID, IDEMPOTENCY_KEY, scheme, tokens};

const UUID: &str = "7b0b7a57-2d66-4f0c-9b0e-3c7a4a1d9f10";

pub(super) fn all() -> Vec<Case> {
    let usual = tokens::usual("request id");
    [signed(), tolerant(), fallen_back(), received::request_ids(&usual, IDEMPOTENCY_KEY)].concat()
}

/// With a signature, no header that it does not cover gives the id.
fn signed() -> Vec<Case> {
    let case = |name: &str| scheme().case(&format!("signed id: {name}"));
    vec![
        case("beside the same in all three headers")
            .add(IDEMPOTENCY_KEY, REQUEST_ID)
            .add(EVENT_UUID, REQUEST_ID),
        case("beside another key").add(IDEMPOTENCY_KEY, "key-1"),
        case("behind another key").add_first(IDEMPOTENCY_KEY, "key-1"),
        case("beside another UUID").add(EVENT_UUID, UUID),
        case("beside another key and another UUID")
            .add(IDEMPOTENCY_KEY, "key-1")
            .add(EVENT_UUID, UUID),
        case("beside an empty key").add(IDEMPOTENCY_KEY, ""),
        case("beside a key that stands twice")
            .add(IDEMPOTENCY_KEY, "key-1")
            .add(IDEMPOTENCY_KEY, "key-2"),
        case("another, beside the key that was sent")
            .set(WEBHOOK_ID, "another")
            .add(IDEMPOTENCY_KEY, REQUEST_ID)
            .refused("mismatch"),
        case("missing, beside a key")
            .without(WEBHOOK_ID)
            .add(IDEMPOTENCY_KEY, REQUEST_ID)
            .refused("id_missing"),
        case("twice, beside a key")
            .add(WEBHOOK_ID, REQUEST_ID)
            .add(IDEMPOTENCY_KEY, REQUEST_ID)
            .refused("id_repeated"),
        case("with a full stop, beside a key")
            .set(WEBHOOK_ID, "msg.1")
            .add(IDEMPOTENCY_KEY, REQUEST_ID)
            .refused("id_invalid"),
    ]
}

/// A token covers no id, and `webhook-id` is read as any other header: where it is not what it should
/// be, what follows it is.
fn tolerant() -> Vec<Case> {
    let case = |name: &str| tokens::usual(&format!("webhook-id: {name}"));
    let read = |name: &str, value: &str, id: &str| {
        case(name).add(WEBHOOK_ID, value).reads_request_id(Some(id))
    };
    let (longest, longer) = ("i".repeat(255), "i".repeat(256));
    vec![
        read("before another key", "msg-1", "msg-1"),
        read("in front of a key that stands twice", "msg-1", "msg-1").add(IDEMPOTENCY_KEY, "key-2"),
        read("alone", "msg-1", "msg-1").without(IDEMPOTENCY_KEY),
        read("before a UUID", "msg-1", "msg-1").without(IDEMPOTENCY_KEY).add(EVENT_UUID, UUID),
        read("without the time that belongs to it", "msg-1", "msg-1").add("webhook-timestamp", "x"),
        read("with a full stop", "msg.1", "msg.1"),
        read("blanks around it", " \tmsg-1 ", "msg-1"),
        read("255 characters", &longest, &longest),
        read("256 characters", &longer, REQUEST_ID),
        read("empty", "", REQUEST_ID),
        read("blanks alone", " \t", REQUEST_ID),
        read("a blank inside", "msg 1", REQUEST_ID),
        read("twice, the same", "msg-1", REQUEST_ID).add(WEBHOOK_ID, "msg-1"),
        read("twice, another first", "msg-1", REQUEST_ID).add_first(WEBHOOK_ID, "msg-2"),
        read("twice, the second empty", "msg-1", REQUEST_ID).add(WEBHOOK_ID, ""),
        read("twice, in two cases", "msg-1", REQUEST_ID).add("Webhook-Id", "msg-1"),
        read("twice, and a UUID alone", "msg-1", UUID)
            .add(WEBHOOK_ID, "msg-1")
            .without(IDEMPOTENCY_KEY)
            .add(EVENT_UUID, UUID),
        read("a blank inside, and nothing else", "msg 1", "")
            .without(IDEMPOTENCY_KEY)
            .reads_request_id(None),
        case("in an underscored name only").add("webhook_id", "msg-1"),
        case("in svix-id only").add("svix-id", "msg-1"),
    ]
}

/// `Idempotency-Key`, and `X-Gitlab-Event-UUID` where that gives none.
fn fallen_back() -> Vec<Case> {
    let case = |name: &str| tokens::usual(&format!("older ids: {name}")).add(EVENT_UUID, UUID);
    vec![
        case("both headers"),
        case("the UUID alone").without(IDEMPOTENCY_KEY).reads_request_id(Some(UUID)),
        case("an empty key").set(IDEMPOTENCY_KEY, "").reads_request_id(Some(UUID)),
        case("a key with a blank inside").set(IDEMPOTENCY_KEY, "a b").reads_request_id(Some(UUID)),
        case("a key that stands twice")
            .add(IDEMPOTENCY_KEY, "another")
            .reads_request_id(Some(UUID)),
        case("a UUID that stands twice, and a key").add(EVENT_UUID, UUID),
        case("a UUID that stands twice, and no key")
            .without(IDEMPOTENCY_KEY)
            .add(EVENT_UUID, UUID)
            .reads_request_id(None),
    ]
}
