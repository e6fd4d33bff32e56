//! Forged requests: what a genuine one claims, with a given number of leading bytes right.
//!
//! A wrong byte is of the same kind as the right one (a digit for a digit, a letter for a letter), so
//! that reading the claim, which is the sender's own, takes the same steps.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::{
    Algorithm, BasicCredentials, Dialect, Encoding, EventKey, GenericHmac, Outgoing, Secret,
    Signer, UnixSeconds, Verifier,
};

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const BODY: &[u8] = br#"{"push":{"changes":[{"new":{"name":"main"}}]}}"#;

/// Which comparison is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    AsShipped,
    /// Besides, one that stops at the first byte that differs.
    WithEarlyExit,
}

/// How a claim is written.
#[derive(Clone, Copy)]
enum Form {
    Hex,
    Base64,
    /// The secret itself.
    Text,
}

enum Judge {
    Verifier(Verifier),
    Basic(BasicCredentials),
}

/// One form of request, with what a genuine one says in the header that is forged.
pub(super) struct Forgery {
    name: &'static str,
    judge: Judge,
    headers: Vec<(String, Vec<u8>)>,
    header: &'static str,
    label: &'static str,
    form: Form,
    genuine: Vec<u8>,
}

impl Forgery {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// How many bytes are compared.
    pub(super) fn bytes(&self) -> usize {
        self.genuine.len()
    }

    /// The headers of a request with the first `right` bytes right and all others wrong.
    pub(super) fn claimed(&self, right: usize) -> Claimed {
        let kept = self.genuine.iter().take(right).copied();
        let bytes: Vec<u8> = match self.form {
            Form::Text => {
                kept.chain(self.genuine.iter().skip(right).map(|b| other_letter(*b))).collect()
            }
            _ => kept.chain(self.genuine.iter().skip(right).map(|b| other_byte(*b))).collect(),
        };
        let text = match self.form {
            Form::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Form::Base64 => STANDARD.encode(&bytes),
            Form::Text => String::from_utf8_lossy(&bytes).into_owned(),
        };
        let mut headers = self.headers.clone();
        headers.push((self.header.to_owned(), format!("{}{text}", self.label).into_bytes()));
        Claimed { headers, bytes }
    }

    /// Whether the request is taken for genuine.
    pub(super) fn accepts(&self, claimed: &Claimed, check: Check) -> bool {
        let accepted = match &self.judge {
            Judge::Verifier(verifier) => verifier.verify(&claimed.headers, BODY, NOW).is_ok(),
            Judge::Basic(credentials) => credentials.matches(&claimed.headers),
        };
        accepted | (check == Check::WithEarlyExit && equal(&self.genuine, &claimed.bytes))
    }
}

/// What a forged request claims.
pub(super) struct Claimed {
    headers: Vec<(String, Vec<u8>)>,
    bytes: Vec<u8>,
}

impl Claimed {
    /// Becomes `first` where `mask` is 0, and `second` where it is 255. All are equally long.
    pub(super) fn select(&mut self, first: &Self, second: &Self, mask: u8) {
        let select = |to: &mut [u8], first: &[u8], second: &[u8]| {
            for ((to, first), second) in to.iter_mut().zip(first).zip(second) {
                *to = first ^ ((first ^ second) & mask);
            }
        };
        select(&mut self.bytes, &first.bytes, &second.bytes);
        for ((to, first), second) in
            self.headers.iter_mut().zip(&first.headers).zip(&second.headers)
        {
            select(&mut to.1, &first.1, &second.1);
        }
    }
}

/// As it should not be done: stops at the first difference.
#[inline(never)]
fn equal(expected: &[u8], claimed: &[u8]) -> bool {
    expected.iter().zip(claimed).all(|(a, b)| a == b)
}

/// Both hexadecimal digits another one, of the same kind.
fn other_byte(byte: u8) -> u8 {
    let other = |digit: u8| match digit {
        9 => 0,
        15 => 10,
        _ => digit + 1,
    };
    (other(byte >> 4) << 4) | other(byte & 15)
}

fn other_letter(letter: u8) -> u8 {
    if letter == b'x' { b'y' } else { b'x' }
}

/// Every form in which a digest or a token is written.
pub(super) fn all() -> Result<Vec<Forgery>, Box<dyn Error>> {
    let secret = Secret::new("a secret that is not short at all")?;
    let generic = |algorithm, encoding| -> Result<Dialect, Box<dyn Error>> {
        let generic = GenericHmac::new("X-Signature")?.with_prefix("v=")?;
        Ok(generic.with_algorithm(algorithm).with_encoding(encoding).into())
    };
    let whsec = Secret::generate(&Dialect::StandardWebhooks, &mut |bytes| bytes.fill(7));
    let hex_512 = generic(Algorithm::Sha512, Encoding::Hex)?;
    let base64_512 = generic(Algorithm::Sha512, Encoding::Base64)?;
    Ok(vec![
        signed("hex", Dialect::BitbucketCloud, &secret, "X-Hub-Signature", "sha256=", Form::Hex)?,
        signed(
            "base64",
            Dialect::StandardWebhooks,
            &whsec,
            "webhook-signature",
            "v1,",
            Form::Base64,
        )?,
        signed("hex-sha512", hex_512, &secret, "X-Signature", "v=", Form::Hex)?,
        signed("base64-sha512", base64_512, &secret, "X-Signature", "v=", Form::Base64)?,
        signed("token", Dialect::Gitlab, &secret, "X-Gitlab-Token", "", Form::Text)?,
        basic()?,
    ])
}

/// What the signer sends, apart from the header that is forged.
fn signed(
    name: &'static str,
    dialect: Dialect,
    secret: &Secret,
    header: &'static str,
    label: &'static str,
    form: Form,
) -> Result<Forgery, Box<dyn Error>> {
    let outgoing = Outgoing {
        event_key: &EventKey::parse("repo:push")?,
        request_id: "request-1",
        attempt: 1,
        hook_id: None,
        at: NOW,
        body: BODY,
    };
    let signed = Signer::new(dialect.clone(), [secret])?.headers(&outgoing)?;
    let (own, headers): (Vec<_>, Vec<_>) = signed
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value.into_bytes()))
        .partition(|(name, _)| name == header);
    let (_, value) = own.first().ok_or("the signer sends another header")?;
    let text = str::from_utf8(value)?.strip_prefix(label);
    let text = text.ok_or("the signer writes another label")?;
    let genuine = match form {
        Form::Hex => (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(text.get(at..at + 2).unwrap_or_default(), 16))
            .collect::<Result<_, _>>()?,
        Form::Base64 => STANDARD.decode(text).map_err(|_| "the signer writes no base64")?,
        Form::Text => text.as_bytes().to_vec(),
    };
    let judge = Judge::Verifier(Verifier::new(dialect, [secret])?);
    Ok(Forgery { name, judge, headers, header, label, form, genuine })
}

fn basic() -> Result<Forgery, Box<dyn Error>> {
    let (username, password) = ("ci", "correct horse battery staple");
    Ok(Forgery {
        name: "basic",
        judge: Judge::Basic(BasicCredentials::new(username, password)?),
        headers: Vec::new(),
        header: "Authorization",
        label: "Basic ",
        form: Form::Base64,
        genuine: format!("{username}:{password}").into_bytes(),
    })
}
