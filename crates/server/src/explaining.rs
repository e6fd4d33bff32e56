//! Why a request was refused: computed when somebody looks at the refusal, by the sources and the
//! secrets that there are then.
//!
//! The sentences are for the operator alone. None has a secret, an expected digest or bytes of the
//! request in it.

use console::engine::Refusal;
use countersign::{Cause, Explainer, UnixSeconds, Verdict};
use pipeline::Source;

use crate::{
    live::{Live, Snapshot, SourceSecrets},
    receive::HeldRequest,
};

/// The sentences, the likeliest cause first; never none.
pub(crate) fn explain(refusal: &Refusal, held: &HeldRequest, live: &Live) -> Vec<String> {
    let snapshot = live.snapshot();
    let source = snapshot.catalogue.source(&refusal.source);
    let Some(source) = source else {
        return of_no_source(&snapshot, &refusal.source);
    };
    match refusal.reason {
        "basic_auth" => of_basic_auth(refusal),
        "gzip_invalid" => vec![
            "Refused: the body says that it is gzip, and does not unpack.".to_owned(),
            "Something on the way cut it off, or changed Content-Encoding.".to_owned(),
        ],
        _ => of_signature(refusal, held, source, live),
    }
}

fn of_no_source(snapshot: &Snapshot, name: &str) -> Vec<String> {
    let mut sentences = vec!["Refused: there is no source of this name.".to_owned()];
    let close = |known: &&str| strsim::damerau_levenshtein(known, name) <= 2;
    let names = snapshot.catalogue.sources().map(|source| source.name.as_str());
    if let Some(near) = names.into_iter().find(close) {
        sentences
            .push(format!("There is one named {near}: the URL at the sender may be misspelt."));
    }
    sentences
}

fn of_basic_auth(refusal: &Refusal) -> Vec<String> {
    let mut sentences =
        vec!["Refused: the user name or the password is wrong or missing.".to_owned()];
    if refusal.event_key.as_deref() == Some("diagnostics:ping") {
        sentences.push("\"Test connection\" may send a ping without credentials.".to_owned());
    } else {
        sentences.push(
            "The webhook at the sender has other credentials than this source, or a proxy on the way \
             took the Authorization header out."
                .to_owned(),
        );
    }
    sentences
}

fn of_signature(
    refusal: &Refusal,
    held: &HeldRequest,
    source: &Source,
    live: &Live,
) -> Vec<String> {
    let Ok(secrets) = live.secrets(source) else {
        return vec!["The secrets of this source do not open with the master key.".to_owned()];
    };
    if secrets.active.is_empty() {
        return of_no_secret(source, &secrets);
    }
    if refusal.size_bytes > 0 && held.body.is_empty() {
        let sentence = "Refused. The request is not held any more, or was too large to be held.";
        return vec![sentence.to_owned()];
    }
    let mut explainer = Explainer::new(&source.dialect, &secrets.active);
    explainer = explainer.with_expired(&secrets.expired);
    if let Some(encoded) = &held.encoded {
        explainer = explainer.with_encoded_body(encoded);
    }
    let at = UnixSeconds(refusal.at.as_seconds());
    let explanation = explainer.explain(&held.headers, &held.body, at);
    let mut sentences: Vec<String> = match explanation.verdict() {
        // A secret was added since.
        Verdict::Genuine(_) => {
            vec!["It was refused, and verifies now: a secret was added since.".to_owned()]
        }
        verdict => vec![verdict.to_string()],
    };
    sentences.extend(explanation.causes().iter().map(|cause| sentence(cause, &secrets)));
    sentences
}

/// A cause in words, with the id of the secret that it is about.
fn sentence(cause: &Cause, secrets: &SourceSecrets) -> String {
    let id = match cause {
        Cause::SecretExpired { secret } => secrets.expired_ids.get(*secret),
        Cause::SecretHasSurroundingWhitespace { secret }
        | Cause::SenderSecretHasLineFeed { secret } => secrets.ids.get(*secret),
        _ => None,
    };
    id.map_or_else(|| cause.to_string(), |id| format!("{cause} ({id})"))
}

fn of_no_secret(source: &Source, secrets: &SourceSecrets) -> Vec<String> {
    let state = match (source.secrets.is_empty(), secrets.expired.is_empty()) {
        (true, _) => "it has no secret",
        (false, true) => "none of its secrets is active",
        (false, false) => "all of its secrets have expired: add one",
    };
    vec![format!("Refused: the source cannot verify anything, {state}.")]
}
