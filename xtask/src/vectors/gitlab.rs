//! `gitlab`: the listed scheme with `whsec_` secrets, a token with all others, and both at once.

mod ids;
mod tokens;

use super::case::{Case, Secret};
use super::listed;
use super::scheme::{
    Field, NOW, Scheme, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, identified, whsec,
};
use super::seed;
use super::sending::Sending;
use super::standard_webhooks::signatures;

const EVENT: &str = "X-Gitlab-Event";
const EVENT_UUID: &str = "X-Gitlab-Event-UUID";
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const TOKEN: &str = "X-Gitlab-Token";

fn scheme() -> Scheme {
    let event = Field { header: EVENT, sent: "Push Hook", read: "push_hook" };
    listed::scheme(event, identified(WEBHOOK_ID))
}

pub(super) fn verify() -> Vec<Case> {
    let mut cases = listed::short(&scheme(), &[TOKEN]);
    cases.extend(events());
    cases.extend(tokens::all());
    cases.extend(ids::all());
    cases
}

/// Event keys as GitLab writes them.
fn events() -> Vec<Case> {
    let (long, longer) = (format!("{} Hook", "K".repeat(123)), format!("{} Hook", "K".repeat(124)));
    let long_read = long.to_lowercase().replace(' ', "_");
    let values: [(&str, Option<&str>); 20] = [
        ("Merge Request Hook", Some("merge_request_hook")),
        ("Tag Push Hook", Some("tag_push_hook")),
        ("Job Hook", Some("job_hook")),
        ("System Hook", Some("system_hook")),
        ("Feature Flag Hook", Some("feature_flag_hook")),
        ("push hook", Some("push_hook")),
        ("PUSH HOOK", Some("push_hook")),
        ("A B", Some("a_b")),
        ("Push", Some("Push")),
        ("push_hook", Some("push_hook")),
        ("Push_Hook", Some("Push_Hook")),
        ("  Push Hook\t", Some("push_hook")),
        ("Push  Hook", None),
        ("Push Hook 2", None),
        ("Push-Events Hook", None),
        ("push_events hook", None),
        ("Push Hook.", None),
        ("Push Hook, Job Hook", None),
        (&long, Some(&long_read)),
        (&longer, None),
    ];
    let case = |(value, read): &(&str, Option<&str>)| {
        let shown = if value.len() > 100 {
            format!("{} characters", value.len())
        } else {
            format!("`{}`", value.replace('\t', "\\t"))
        };
        scheme().case(&format!("GitLab's event: {shown}")).set(EVENT, *value).reads_event_key(*read)
    };
    let mut cases: Vec<Case> = values.iter().map(case).collect();
    let besides = scheme()
        .case("GitLab's event: X-Event-Key is another dialect's")
        .add("X-Event-Key", "repo:push");
    cases.push(besides.clone());
    let alone = besides.without(EVENT).reads_event_key(None);
    cases.push(Case { name: "GitLab's event: X-Event-Key alone".to_owned(), ..alone });
    let typed = br#"{"type": "invoice.paid"}"#;
    let typed = scheme().signed(
        "GitLab's event: a type in the body is none",
        &[scheme().secret("first")],
        0,
        typed,
    );
    cases.push(typed.without(EVENT).reads_event_key(None));
    cases
}

pub(super) fn sign() -> Vec<String> {
    let token = |id: &str| Secret::new(id, seed::text(id));
    let one = Sending::new("a token", &[token("first")], NOW).with_event_key("push_hook");
    let signed = Sending::new("a whsec_ secret", &[whsec("first")], NOW)
        .with_event_key("merge_request_hook");
    let all = [
        one.clone(),
        one.named("a token, another dialect's event key, a hook id")
            .with_event_key("repo:push")
            .with_hook("hook-7"),
        signed.clone(),
        signed
            .named("a whsec_ secret, a hook id, an empty body")
            .with_hook("hook-7")
            .with_attempt(2)
            .with_body(b""),
        Sending::new("both kinds, the token last", &[whsec("first"), token("second")], NOW)
            .with_event_key("tag_push_hook"),
        Sending::new("both kinds, the token first", &[token("first"), whsec("second")], NOW)
            .with_event_key("hook"),
        Sending::new(
            "two of each kind",
            &[whsec("first"), token("second"), whsec("third"), token("fourth")],
            NOW,
        )
        .with_event_key("Push_hook"),
        Sending::new(
            "two tokens, a token with a blank",
            &[token("first"), Secret::new("second", *b"two words")],
            NOW,
        )
        .with_event_key("note_hooks"),
    ];
    all.iter().map(of).collect()
}

fn of(sending: &Sending) -> String {
    let id = || sending.request_id.clone();
    let is_whsec = |secret: &&Secret| secret.bytes.starts_with(b"whsec_");
    let mut headers = vec![
        ("X-Event-Key", sending.event_key.clone()),
        (EVENT, as_gitlab_writes(&sending.event_key)),
        (EVENT_UUID, id()),
        (IDEMPOTENCY_KEY, id()),
    ];
    headers.extend(sending.hook_id.clone().map(|hook| ("X-Gitlab-Webhook-UUID", hook)));
    let signs = sending.secrets.iter().any(|secret| is_whsec(&secret));
    if signs {
        headers.push((WEBHOOK_ID, id()));
        headers.push((WEBHOOK_TIMESTAMP, sending.now.to_string()));
    }
    headers.push(("X-Attempt-Number", sending.attempt.to_string()));
    let token = sending.secrets.iter().rfind(|secret| !is_whsec(secret));
    headers.extend(token.map(|token| (TOKEN, String::from_utf8_lossy(&token.bytes).into_owned())));
    if signs {
        let value = signatures(sending, sending.secrets.iter().filter(is_whsec));
        headers.push((WEBHOOK_SIGNATURE, value));
    }
    sending.render(None, &headers)
}

/// `merge_request_hook` as `Merge Request Hook`; any other key as it is.
fn as_gitlab_writes(key: &str) -> String {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !key.ends_with("_hook") || !key.split('_').all(is_word) {
        return key.to_owned();
    }
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    key.split('_').map(capital).collect::<Vec<_>>().join(" ")
}
