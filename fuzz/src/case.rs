//! A case: a request with the secrets and the time to verify it by, as text.
//!
//! ```text
//! @dialect generic-hmac
//! @generic X-Signature hex sha256 v1=
//! @secret c2VjcmV0
//! @now 1700000000
//! X-Signature: v1=00
//!
//! the body, to the end
//! ```
//!
//! Lines end with a line feed. What is not understood is left out, so that most changed cases are
//! cases still.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::{
    Algorithm, Dialect, Encoding, GenericHmac, Secret, UnixSeconds, Verifier, VerifyError,
};

use crate::is_planted;

/// A request with the secrets and the time to verify it by.
#[derive(Debug)]
pub struct Case {
    pub dialect: Dialect,
    /// At most four: those that the dialect can use.
    pub secrets: Vec<Secret>,
    pub now: UnixSeconds,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Case {
    /// None where there is no dialect or no secret that it can use.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut generic = GenericHmac::new("X-Signature").ok()?;
        let mut dialect = None;
        let mut secrets = Vec::new();
        let mut now = UnixSeconds(1_700_000_000);
        let mut headers = Vec::new();
        let mut rest = bytes;
        while let Some((line, after)) = line(rest) {
            rest = after;
            if line.is_empty() {
                break;
            }
            if let Some(about) = line.strip_prefix(b"@") {
                match str::from_utf8(about).ok()?.split_once(' ')? {
                    ("dialect", name) => dialect = Some(name.to_owned()),
                    ("generic", settings) => generic = generic_of(settings).unwrap_or(generic),
                    ("secret", text) => {
                        secrets.push(Secret::new(STANDARD.decode(text).ok()?).ok()?)
                    }
                    ("now", seconds) => now = UnixSeconds(seconds.parse().ok()?),
                    _ => {}
                }
            } else if let Some(at) = line.windows(2).position(|pair| pair == b": ") {
                let name = str::from_utf8(&line[..at]).ok()?;
                headers.push((name.to_owned(), line[at + 2..].to_vec()));
            }
        }
        let dialect = match dialect.as_deref()? {
            Dialect::GENERIC_HMAC => Dialect::from(generic),
            name => name.parse().ok()?,
        };
        secrets.retain(|secret| dialect.check_secret(secret).is_ok());
        secrets.truncate(countersign::SECRETS_ACTIVE_MAX);
        let case = Self { dialect, secrets, now, headers, body: rest.to_vec() };
        (!case.secrets.is_empty()).then_some(case)
    }

    /// A verifier of the case's secrets.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(self.dialect.clone(), &self.secrets).expect("secrets that were checked")
    }

    /// The secret that the crate finds, in one piece and in pieces of `chunk_bytes`.
    pub fn verdict(&self, chunk_bytes: usize) -> Option<usize> {
        let verifier = self.verifier();
        let verdict = verifier.verify(&self.headers, &self.body, self.now);
        let streamed = verifier.begin(&self.headers).and_then(|mut verification| {
            self.body.chunks(chunk_bytes).for_each(|chunk| verification.update(chunk));
            verification.finish(self.now)
        });
        assert_eq!(verdict, streamed, "in one piece and in pieces");
        match verdict {
            Err(VerifyError::Mismatch) if is_planted() => Some(0),
            Err(_) => None,
            Ok(verified) => Some(verified.secret),
        }
    }

    /// The values of a header, without the blanks around them.
    pub fn values(&self, name: &str) -> Vec<&[u8]> {
        let same = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        same.map(|(_, value)| trimmed(value)).collect()
    }
}

/// Without the spaces and tabs around it.
pub fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

fn generic_of(settings: &str) -> Option<GenericHmac> {
    let mut words = settings.splitn(4, ' ');
    let generic = GenericHmac::new(words.next()?).ok()?;
    let encoding = if words.next()? == "base64" { Encoding::Base64 } else { Encoding::Hex };
    let algorithm = if words.next()? == "sha512" { Algorithm::Sha512 } else { Algorithm::Sha256 };
    let generic = generic.with_prefix(words.next().unwrap_or_default()).ok()?;
    Some(generic.with_encoding(encoding).with_algorithm(algorithm))
}
