//! A challenge: one genuine request and up to eight forged ones, to see which a receiver takes.
//!
//! Owns how each forgery is made. All are harmless: the body says that it is a test, the event key is
//! nobody's trigger, and no forgery would do more than the genuine request. What a dialect does not
//! have is left out: a time that could be stale, a digest that could be cut off, a body that is covered.
//! Two signature headers are one forgery in two requests, because receivers differ in which they read.

mod sha1;

use std::borrow::Cow;

use bytes::Bytes;
use countersign::{
    Dialect, EventKey, Outgoing, RandomnessUnavailable, Secret, Signer, UnixSeconds,
};

/// The event key of a challenge's requests, unless another one is asked for.
pub const EVENT_KEY: &str = "countersign:challenge";

/// How old the stale request is: an hour, twelve times what Standard Webhooks allows.
const STALE_S: i64 = 3600;

/// One request of a challenge.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What it is.
    pub kind: Kind,
    /// In the order in which they are sent; a name may stand twice.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub body: Bytes,
}

/// What a request of a challenge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To be taken.
    Genuine,
    /// Without a signature.
    Unsigned,
    /// The body was changed after signing.
    Tampered,
    /// Signed with a secret that nobody configured.
    WrongSecret,
    /// The digest was cut off.
    TruncatedDigest,
    /// Signed with the right secret by HMAC-SHA1.
    Sha1,
    /// Two signature headers: in one request the genuine one first, in the next one last.
    TwoHeaders,
    /// Signed an hour ago.
    Stale,
    /// The genuine request once more.
    Replay,
}

impl Kind {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Genuine => "a genuine request",
            Kind::Unsigned => "unsigned",
            Kind::Tampered => "its body tampered with",
            Kind::WrongSecret => "signed with another secret",
            Kind::TruncatedDigest => "its digest cut off",
            Kind::Sha1 => "signed by HMAC-SHA1",
            Kind::TwoHeaders => "two signature headers",
            Kind::Stale => "signed an hour ago",
            Kind::Replay => "the genuine one once more",
        }
    }

    /// A stable word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Genuine => "genuine",
            Kind::Unsigned => "unsigned",
            Kind::Tampered => "tampered",
            Kind::WrongSecret => "wrong_secret",
            Kind::TruncatedDigest => "truncated_digest",
            Kind::Sha1 => "sha1",
            Kind::TwoHeaders => "two_headers",
            Kind::Stale => "stale",
            Kind::Replay => "replay",
        }
    }
}

/// Why no challenge can be made.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// The secret does not fit the dialect.
    #[error("the secret cannot be used")]
    Secret(#[from] countersign::VerifierError),
    /// An id does not fit the dialect.
    #[error("the request cannot be signed")]
    Sign(#[from] countersign::SignError),
    /// The operating system gives no randomness.
    #[error("no other secret can be made")]
    Randomness(#[from] RandomnessUnavailable),
}

/// What the requests of a challenge are made from.
#[derive(Clone, Debug)]
pub struct Challenge<'a> {
    /// The dialect that the receiver verifies.
    pub dialect: &'a Dialect,
    /// Its secret.
    pub secret: &'a Secret,
    /// The event key.
    pub event_key: &'a EventKey,
    /// The request id of the genuine request; the forged ones have ids of their own, made from it.
    pub request_id: &'a str,
    /// Now.
    pub at: UnixSeconds,
}

impl Challenge<'_> {
    /// The requests, the genuine one first and its replay last. Those of one kind stand together.
    ///
    /// # Errors
    ///
    /// [`ChallengeError`], before anything is sent.
    pub fn trials(&self) -> Result<Vec<Trial>, ChallengeError> {
        let body = Bytes::from(format!("{{\"test\":true,\"challenge\":\"{}\"}}", self.request_id));
        let genuine = self.signed(Kind::Genuine, self.secret, self.at, &body)?;
        let token = self.is_token();
        let mut trials = vec![genuine.clone()];
        trials.push(self.changed(Kind::Unsigned, &body, |_| None)?);
        if !token {
            let tampered = Bytes::from([body.trim_ascii_end(), b" "].concat());
            trials.push(Trial {
                kind: Kind::Tampered,
                body: tampered,
                ..self.signed(Kind::Tampered, self.secret, self.at, &body)?
            });
        }
        let other = Secret::generate_from_system(self.alike())?;
        trials.push(self.signed(Kind::WrongSecret, &other, self.at, &body)?);
        trials.push(self.changed(Kind::TruncatedDigest, &body, |value| Some(cut(value)))?);
        trials.extend(self.sha1(&body)?);
        trials.extend(self.two_headers(&body)?);
        let stale = UnixSeconds(self.at.0 - STALE_S);
        let stale = self.signed(Kind::Stale, self.secret, stale, &body)?;
        if self.signs_a_time(&stale, &body)? {
            trials.push(stale);
        }
        trials.push(Trial { kind: Kind::Replay, ..genuine });
        Ok(trials)
    }

    fn signed(
        &self,
        kind: Kind,
        secret: &Secret,
        at: UnixSeconds,
        body: &Bytes,
    ) -> Result<Trial, ChallengeError> {
        let request_id = match kind {
            Kind::Genuine | Kind::Replay => self.request_id.to_owned(),
            forged => format!("{}-{}", self.request_id, forged.word()),
        };
        let outgoing = Outgoing {
            event_key: self.event_key,
            request_id: &request_id,
            attempt: 1,
            hook_id: None,
            at,
            body,
        };
        let headers = Signer::new(self.dialect.clone(), [secret])?.headers(&outgoing)?;
        Ok(Trial { kind, headers, body: body.clone() })
    }

    /// A signed request with other values of its signature headers, or without them.
    fn changed(
        &self,
        kind: Kind,
        body: &Bytes,
        change: impl Fn(&str) -> Option<String>,
    ) -> Result<Trial, ChallengeError> {
        let mut trial = self.signed(kind, self.secret, self.at, body)?;
        let headers = std::mem::take(&mut trial.headers).into_iter();
        let changed = headers.filter_map(|(name, value)| {
            let value = if self.is_signature(&name) { change(&value)? } else { value };
            Some((name, value))
        });
        trial.headers = changed.collect();
        Ok(trial)
    }

    /// The signature made by HMAC-SHA1. Nothing where nothing is signed.
    fn sha1(&self, body: &Bytes) -> Result<Option<Trial>, ChallengeError> {
        let mut trial = self.signed(Kind::Sha1, self.secret, self.at, body)?;
        let signature = trial.headers.iter().position(|(name, _)| self.is_signature(name));
        Ok(signature.and_then(|at| {
            trial.headers[at].1 = sha1::forged(&trial, &trial.headers[at].1, self.secret)?;
            Some(trial)
        }))
    }

    /// The genuine signature and then another one, and once the other way about.
    fn two_headers(&self, body: &Bytes) -> Result<[Trial; 2], ChallengeError> {
        let request_id = &format!("{}-reversed", self.request_id);
        let mut reversed = Challenge { request_id, ..*self }.signed_twice(body)?;
        reversed.headers.reverse();
        Ok([self.signed_twice(body)?, reversed])
    }

    fn signed_twice(&self, body: &Bytes) -> Result<Trial, ChallengeError> {
        let mut trial = self.signed(Kind::TwoHeaders, self.secret, self.at, body)?;
        let other = Secret::generate_from_system(self.alike())?;
        let forged = self.signed(Kind::TwoHeaders, &other, self.at, body)?;
        let forged = forged.headers.into_iter().filter(|(name, _)| self.is_signature(name));
        trial.headers.extend(forged);
        Ok(trial)
    }

    fn is_signature(&self, name: &str) -> bool {
        self.dialect.signature_headers().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether the secret itself is sent: nothing of the request is covered then.
    fn is_token(&self) -> bool {
        let whsec = self.secret.expose().starts_with(b"whsec_");
        self.dialect.token_header().is_some() && !whsec
    }

    /// The dialect for which another secret of the same kind is made.
    fn alike(&self) -> &Dialect {
        let whsec = self.secret.expose().starts_with(b"whsec_");
        if whsec && self.dialect.signs_with_all() {
            &Dialect::StandardWebhooks
        } else {
            self.dialect
        }
    }

    /// Whether the dialect's own verifier finds the stale request stale.
    fn signs_a_time(&self, stale: &Trial, body: &Bytes) -> Result<bool, ChallengeError> {
        let verifier = countersign::Verifier::new(self.dialect.clone(), [self.secret])?;
        Ok(verifier.verify(&stale.headers, body, self.at).is_err())
    }
}

/// The first half of what stands after the label.
fn cut(value: &str) -> String {
    let label = label(value);
    let digest = value.len() - label.len();
    value.chars().take(label.len() + digest / 2).collect()
}

/// `sha256=`, `v1,`, or nothing.
fn label(value: &str) -> &str {
    let end = value.find(['=', ',']).filter(|end| end + 1 < value.len());
    // Padding of base64 is no label.
    end.filter(|end| *end < 16).map_or("", |end| value.get(..=end).unwrap_or_default())
}

#[cfg(test)]
mod tests;
