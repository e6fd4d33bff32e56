//! `X-Gitlab-Token`: the secret itself. It shows who sent, and nothing about what.

use super::super::case::{Accepted, Case, Outcome, Secret};
use super::super::families::bodies;
use super::super::mac::{Algorithm, base64, hex};
use super::super::scheme::{BODY, NOW, REQUEST_ID, WEBHOOK_SIGNATURE, whsec};
use super::super::seed;
use super::{EVENT, IDEMPOTENCY_KEY, TOKEN, scheme};

fn token(id: &str) -> Secret {
    Secret::new(id, seed::text(id))
}

/// A request that shows `shown`, accepted by the secret `by`.
fn showing(name: &str, secrets: &[Secret], by: &str, shown: &str) -> Case {
    let headers = [(EVENT, "Push Hook"), (IDEMPOTENCY_KEY, REQUEST_ID), (TOKEN, shown)];
    Case {
        name: format!("token: {name}"),
        generic: None,
        secrets: secrets.to_vec(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: BODY.to_vec(),
        times: 1,
        now: NOW,
        outcome: Outcome::Accepted(Accepted {
            secret_id: by.to_owned(),
            event_key: Some("push_hook".to_owned()),
            request_id: Some(REQUEST_ID.to_owned()),
            attempt: None,
        }),
    }
}

/// The usual request: one token, and that shown.
pub(super) fn usual(name: &str) -> Case {
    showing(name, &[token("first")], "first", &seed::text("first"))
}

pub(super) fn all() -> Vec<Case> {
    [genuine(), rotated(), forged(), repeated(), both_kinds(), one_kind()].concat()
}

fn genuine() -> Vec<Case> {
    let of =
        |name: &str, token: &str| showing(name, &[Secret::new("first", token)], "first", token);
    let visible: String = (b'!'..=b'~').map(char::from).collect();
    vec![
        usual("genuine"),
        usual("the same request again, much later").at(NOW + 10_000_000),
        usual("an empty body").with_body(b""),
        usual("another body, as nothing of it is signed").with_body(b"{\"other\": true}"),
        usual("invalid UTF-8 in the body").with_body(bodies::INVALID_UTF8),
        usual("names in lower case").renamed(str::to_lowercase),
        usual("names in upper case").renamed(str::to_uppercase),
        usual("blanks around it").set(TOKEN, format!(" \t{}  ", seed::text("first"))),
        of("one character", "x"),
        of("every visible character", &visible),
        of("a blank inside", "two words"),
        of("two blanks inside", "two  words"),
        of("1024 characters", &"t".repeat(1024)),
        of("text like a signature", "sha256=00"),
        of("text in quotes", "\"quoted\""),
        of("commas", "a,b,c"),
        of("text like whsec_ in upper case", "WHSEC_c2VjcmV0"),
        of("text that has whsec_ inside", "my-whsec_c2VjcmV0"),
        of("the word null", "null"),
        usual("no event, no id")
            .without(EVENT)
            .without(IDEMPOTENCY_KEY)
            .reads_event_key(None)
            .reads_request_id(None),
    ]
}

fn rotated() -> Vec<Case> {
    let ids = ["first", "second", "third", "fourth"];
    let four: Vec<Secret> = ids.iter().map(|id| token(id)).collect();
    let mut cases: Vec<Case> = ids
        .iter()
        .map(|id| showing(&format!("the {id} of four"), &four, id, &seed::text(id)))
        .collect();
    let twin = Secret::new("twin", seed::text("first"));
    cases.push(showing(
        "two that are the same",
        &[twin, token("first")],
        "twin",
        &seed::text("first"),
    ));
    cases.push(showing("a retired one", &four[1..], "", &seed::text("first")).refused("mismatch"));
    let joined = seed::text("first") + &seed::text("second");
    cases.push(showing("two joined", &four, "", &joined).refused("mismatch"));
    cases
}

fn forged() -> Vec<Case> {
    let right = seed::text("first");
    let digest = Algorithm::Sha256.hash(right.as_bytes());
    let mac = Algorithm::Sha256.hmac(right.as_bytes(), BODY);
    let swapped = |text: &str| if text.starts_with('~') { "!".to_owned() } else { "~".to_owned() };
    let shown = [
        ("another", seed::text("second")),
        ("empty", String::new()),
        ("blanks alone", " \t".to_owned()),
        ("all but the last character", right[..42].to_owned()),
        ("all but the first character", right[1..].to_owned()),
        ("the first character alone", right[..1].to_owned()),
        ("a character more", format!("{right}x")),
        ("a character more in front", format!("x{right}")),
        ("the first character other", swapped(&right) + &right[1..]),
        ("the last character other", format!("{}~", &right[..42])),
        ("in lower case", right.to_lowercase()),
        ("in upper case", right.to_uppercase()),
        ("backwards", right.chars().rev().collect()),
        ("twice in a row", right.repeat(2)),
        ("twice with a comma", format!("{right}, {right}")),
        ("in quotes", format!("\"{right}\"")),
        ("with a scheme before it", format!("Bearer {right}")),
        ("with a label before it", format!("token={right}")),
        ("an escaped line feed after it", format!("{right}\\n")),
        ("percent-encoded", format!("%{:02x}{}", right.as_bytes()[0], &right[1..])),
        ("its base64", base64(right.as_bytes())),
        ("its hexadecimal", hex(right.as_bytes())),
        ("its SHA-256", hex(&digest)),
        ("its SHA-256 in base64", base64(&digest)),
        ("an HMAC of the body under it", hex(&mac)),
        ("the secret's id", "first".to_owned()),
        ("an asterisk", "*".to_owned()),
        ("the word undefined", "undefined".to_owned()),
        ("the word null", "null".to_owned()),
        ("the word None", "None".to_owned()),
        ("the word true", "true".to_owned()),
        ("4096 characters", "t".repeat(4096)),
    ];
    let mut cases: Vec<Case> = shown
        .iter()
        .map(|(name, shown)| {
            usual(&format!("forged: {name}")).set(TOKEN, &**shown).refused("mismatch")
        })
        .collect();
    let inside = [Secret::new("first", *b"two words")];
    cases
        .push(showing("forged: two blanks for one", &inside, "", "two  words").refused("mismatch"));
    cases.push(showing("forged: a blank lost", &inside, "", "twowords").refused("mismatch"));
    cases
}

fn repeated() -> Vec<Case> {
    let right = seed::text("first");
    let twice = |name: &str| usual(&format!("header twice: {name}")).refused("signature_repeated");
    let missing = |name: &str| {
        usual(&format!("no header: {name}")).without(TOKEN).refused("signature_missing")
    };
    vec![
        twice("both right").add(TOKEN, &*right),
        twice("right, then wrong").add(TOKEN, "wrong"),
        twice("wrong, then right").add_first(TOKEN, "wrong"),
        twice("right, then empty").add(TOKEN, ""),
        twice("in two cases").add("x-gitlab-token", &*right),
        missing("nothing in its place"),
        missing("in Authorization").add("Authorization", format!("Bearer {right}")),
        missing("in Private-Token").add("Private-Token", &*right),
        missing("underscores in the name").add("X_Gitlab_Token", &*right),
        missing("a longer name").add("X-Gitlab-Token-Old", &*right),
    ]
}

/// The listed scheme's usual request that shows a token too, with both kinds active.
fn signed(name: &str, shown: &str) -> Case {
    let case = scheme().case(&format!("both kinds: {name}")).add(TOKEN, shown);
    case.with_secrets([token("token"), whsec("first")])
}

fn both_kinds() -> Vec<Case> {
    let right = seed::text("token");
    let forged = scheme().value(&[7; 32]);
    let under_token =
        scheme().value(&Algorithm::Sha256.hmac(right.as_bytes(), &scheme().message(BODY)));
    let unsigned =
        |name: &str| signed(name, &right).without(WEBHOOK_SIGNATURE).reads_secret("token");
    let whsec_text = String::from_utf8_lossy(&whsec("first").bytes).into_owned();
    vec![
        signed("signature and token right, the signature counts", &right),
        signed("signature right, token wrong", "wrong"),
        signed("signature right, no token", "").without(TOKEN),
        signed("signature right, token twice", &right).add(TOKEN, "wrong"),
        signed("signature right, the order of the secrets turned", &right)
            .with_secrets([whsec("first"), token("token")]),
        signed("signature of the last of two", &right).with_secrets([
            whsec("second"),
            token("token"),
            whsec("first"),
        ]),
        signed("token right, signature forged", &right)
            .set(WEBHOOK_SIGNATURE, &*forged)
            .refused("mismatch"),
        signed("token right, signature under the token", &right)
            .set(WEBHOOK_SIGNATURE, &*under_token)
            .refused("mismatch"),
        signed("token right, body changed", &right).with_body(b"{}").refused("mismatch"),
        signed("token right, signature empty", &right)
            .set(WEBHOOK_SIGNATURE, "")
            .refused("label_unknown"),
        signed("token right, signature malformed", &right)
            .set(WEBHOOK_SIGNATURE, "v1,????")
            .refused("encoding_invalid"),
        signed("token right, signature too short", &right)
            .set(WEBHOOK_SIGNATURE, "v1,AAAA")
            .refused("length_wrong"),
        signed("token right, signature of another version", &right)
            .set(WEBHOOK_SIGNATURE, "v1a,AAAA")
            .refused("label_unknown"),
        signed("token right, signature twice", &right)
            .add(WEBHOOK_SIGNATURE, "")
            .refused("signature_repeated"),
        signed("token right, 17 signatures", &right)
            .set(WEBHOOK_SIGNATURE, ["v1,AAAA"; 17].join(" "))
            .refused("too_many_signatures"),
        signed("token right, signature without its id", &right)
            .without("webhook-id")
            .refused("id_missing"),
        signed("token right, signature without its time", &right)
            .without("webhook-timestamp")
            .refused("timestamp_missing"),
        signed("token right, signature too old", &right).at(NOW + 301).refused("timestamp_too_old"),
        signed("token right, signature too new", &right).at(NOW - 301).refused("timestamp_too_new"),
        unsigned("token right, no signature"),
        unsigned("token right, no id, no time, no signature")
            .without("webhook-id")
            .without("webhook-timestamp")
            .reads_request_id(None),
        unsigned("token right, svix-signature is none").add("svix-signature", &*forged),
        unsigned("token wrong, no signature").set(TOKEN, "wrong").refused("mismatch"),
        unsigned("token twice, no signature").add(TOKEN, &*right).refused("signature_repeated"),
        unsigned("token empty, no signature").set(TOKEN, "").refused("mismatch"),
        unsigned("neither").without(TOKEN).refused("signature_missing"),
        unsigned("the whsec_ secret as token").set(TOKEN, &*whsec_text).refused("mismatch"),
        unsigned("the key of the whsec_ secret as token")
            .set(TOKEN, &whsec_text[6..])
            .refused("mismatch"),
    ]
}

/// What the other kind shows does not count.
fn one_kind() -> Vec<Case> {
    let right = seed::text("token");
    let tokens = [token("token"), token("other")];
    let only_tokens = |name: &str| {
        let case = scheme().case(&format!("only tokens: {name}")).add(TOKEN, &*right);
        case.with_secrets(tokens.clone()).reads_secret("token")
    };
    let only_whsec =
        |name: &str| scheme().case(&format!("only whsec_: {name}")).add(TOKEN, &*right);
    let whsec_text = String::from_utf8_lossy(&whsec("first").bytes).into_owned();
    vec![
        only_tokens("a signature is not looked at"),
        only_tokens("a malformed signature is not looked at").set(WEBHOOK_SIGNATURE, "????"),
        only_tokens("two signatures are not looked at").add(WEBHOOK_SIGNATURE, "v1,AAAA"),
        only_tokens("an old signature is not looked at").at(NOW + 10_000),
        only_tokens("a signature, and no token").without(TOKEN).refused("signature_missing"),
        only_tokens("a signature, and another token").set(TOKEN, "another").refused("mismatch"),
        only_whsec("a token is not looked at"),
        only_whsec("two tokens are not looked at").add(TOKEN, "another"),
        only_whsec("a token, and no signature")
            .without(WEBHOOK_SIGNATURE)
            .refused("signature_missing"),
        only_whsec("the secret as token")
            .set(TOKEN, &*whsec_text)
            .without(WEBHOOK_SIGNATURE)
            .refused("signature_missing"),
        only_whsec("two tokens, and no signature")
            .add(TOKEN, "another")
            .without(WEBHOOK_SIGNATURE)
            .refused("signature_missing"),
    ]
}
