//! `generic-hmac`: a signature over the body in a configured header, in both encodings and both
//! algorithms, with and without a prefix.

use super::case::Case;
use super::families;
use super::mac::{Algorithm, Encoding};
use super::render::{object, text, text_or_null};
use super::scheme::{Covers, Field, NOW, Scheme, identified, push};
use super::sending::Sending;

/// The configuration of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GenericHmac {
    pub(super) header: &'static str,
    pub(super) prefix: &'static str,
    pub(super) encoding: Encoding,
    pub(super) algorithm: Algorithm,
    pub(super) event_key_header: Option<&'static str>,
    pub(super) request_id_header: Option<&'static str>,
}

impl GenericHmac {
    pub(super) fn render(&self) -> String {
        object(&[
            ("header", text(self.header)),
            ("prefix", text(self.prefix)),
            ("encoding", text(self.encoding.name())),
            ("algorithm", text(self.algorithm.name())),
            ("event_key_header", text_or_null(self.event_key_header)),
            ("request_id_header", text_or_null(self.request_id_header)),
        ])
    }

    fn scheme(self) -> Scheme {
        Scheme {
            header: self.header,
            label: self.prefix,
            encoding: self.encoding,
            algorithm: self.algorithm,
            covers: Covers::Body,
            event_key: self.event_key_header.map(push),
            request_id: self.request_id_header.map(identified),
            attempt: None,
            generic: Some(self),
        }
    }
}

const PLAIN_HEX: GenericHmac = GenericHmac {
    header: "X-Signature",
    prefix: "",
    encoding: Encoding::Hex,
    algorithm: Algorithm::Sha256,
    event_key_header: Some("X-Topic"),
    request_id_header: Some("X-Message-Id"),
};

const PREFIXED_HEX_512: GenericHmac = GenericHmac {
    header: "X-Signature-512",
    prefix: "sha512=",
    encoding: Encoding::Hex,
    algorithm: Algorithm::Sha512,
    event_key_header: None,
    request_id_header: None,
};

const PLAIN_BASE64: GenericHmac = GenericHmac {
    header: "X-Hmac-SHA256",
    prefix: "",
    encoding: Encoding::Base64,
    algorithm: Algorithm::Sha256,
    event_key_header: Some("X-Topic"),
    request_id_header: None,
};

const PREFIXED_BASE64_512: GenericHmac = GenericHmac {
    header: "X-Hmac-SHA512",
    prefix: "v1:",
    encoding: Encoding::Base64,
    algorithm: Algorithm::Sha512,
    event_key_header: None,
    request_id_header: Some("X-Message-Id"),
};

/// A prefix that ends with a blank.
const BLANK_PREFIX: GenericHmac = GenericHmac {
    header: "X-Auth",
    prefix: "HMAC ",
    encoding: Encoding::Base64,
    algorithm: Algorithm::Sha256,
    event_key_header: Some("X-Event-Key"),
    request_id_header: Some("X-Request-Id"),
};

pub(super) fn verify() -> Vec<Case> {
    let mut cases = Vec::new();
    for (mark, generic, families) in chosen() {
        for family in families {
            for mut case in family(&generic.scheme()) {
                case.name = format!("{mark}: {}", case.name);
                cases.push(case);
            }
        }
    }
    cases.extend(blank_prefix());
    cases.extend(configured());
    cases
}

type Family = fn(&Scheme) -> Vec<Case>;

/// The families are the same for every configuration; each is chosen where it says most.
fn chosen() -> [(&'static str, GenericHmac, Vec<Family>); 4] {
    let hex: Vec<Family> = vec![
        families::spellings::all,
        families::bodies::short,
        families::received::all,
        families::rotation::all,
        families::repeated::all,
    ];
    let hex_512: Vec<Family> =
        vec![families::keys::genuine, families::labels::all, families::wrong_macs::short];
    let base64: Vec<Family> = vec![families::encodings::all, families::changes::short];
    let base64_512: Vec<Family> = vec![families::bodies::short, families::encodings::all];
    [
        ("hex", PLAIN_HEX, hex),
        ("prefix, hex, SHA-512", PREFIXED_HEX_512, hex_512),
        ("base64", PLAIN_BASE64, base64),
        ("prefix, base64, SHA-512", PREFIXED_BASE64_512, base64_512),
    ]
}

fn blank_prefix() -> Vec<Case> {
    let scheme = BLANK_PREFIX.scheme();
    let digest = scheme.encoding.spell(&scheme.digest());
    vec![
        scheme.case("prefix with a blank: genuine"),
        scheme
            .case("prefix with a blank: genuine, the name in lower case")
            .renamed(str::to_lowercase),
        scheme
            .claiming("prefix with a blank: without the prefix", &*digest)
            .refused("label_unknown"),
        scheme
            .claiming("prefix with a blank: the prefix without its blank", format!("HMAC{digest}"))
            .refused("label_unknown"),
        scheme
            .claiming("prefix with a blank: the prefix in lower case", format!("hmac {digest}"))
            .refused("label_unknown"),
        scheme
            .claiming("prefix with a blank: two blanks", format!("HMAC  {digest}"))
            .refused("encoding_invalid"),
        scheme
            .claiming("prefix with a blank: another scheme", format!("Basic {digest}"))
            .refused("label_unknown"),
        scheme
            .case("prefix with a blank: two headers")
            .add("x-auth", "Basic Y2k6cGFzc3dvcmQ=")
            .refused("signature_repeated"),
    ]
}

/// What another configuration would take.
fn configured() -> Vec<Case> {
    let mut cases = Vec::new();
    for generic in [PLAIN_HEX, PREFIXED_HEX_512, PLAIN_BASE64, PREFIXED_BASE64_512] {
        let scheme = generic.scheme();
        let key = scheme.key(&scheme.secret("first"));
        let (this, other) = match generic.algorithm {
            Algorithm::Sha256 => (Algorithm::Sha256, Algorithm::Sha512),
            Algorithm::Sha512 => (Algorithm::Sha512, Algorithm::Sha256),
        };
        let encoding = generic.encoding.name();
        let name =
            format!("configured: {} in place of {} in {encoding}", other.name(), this.name());
        let digest = other.hmac(&key, &scheme.message(super::scheme::BODY));
        cases.push(scheme.claiming_digest(&name, &digest).refused("length_wrong"));
        let name = format!("configured: the value in the header of another, {}", generic.header);
        let value = scheme.value(&scheme.digest());
        cases.push(
            scheme
                .case(&name)
                .without(generic.header)
                .add("X-Other-Signature", value)
                .refused("signature_missing"),
        );
    }
    let plain = PLAIN_HEX.scheme();
    cases.push(
        plain
            .claiming(
                "configured: a prefix where none is",
                format!("sha256={}", plain.value(&plain.digest())),
            )
            .refused("encoding_invalid"),
    );
    let both = Scheme {
        event_key: Some(Field { header: "X-Event-Key", sent: "a:b", read: "a:b" }),
        ..GenericHmac { event_key_header: Some("X-Event-Key"), ..PREFIXED_HEX_512 }.scheme()
    };
    cases.push(both.case("configured: the usual event key header"));
    cases
}

pub(super) fn sign() -> Vec<String> {
    let secret = |id: &str| PLAIN_HEX.scheme().secret(id);
    let usual = Sending::new("usual", &[secret("first")], NOW);
    let all = [
        (PLAIN_HEX, usual.clone().named("hex, both headers configured")),
        (PREFIXED_HEX_512, usual.clone().named("prefix, hex, SHA-512, no headers configured")),
        (PLAIN_BASE64, usual.clone().named("base64, an empty body").with_body(b"")),
        (
            PREFIXED_BASE64_512,
            usual
                .clone()
                .named("prefix, base64, SHA-512, a hook id is not sent")
                .with_hook("hook-7"),
        ),
        (BLANK_PREFIX, usual.named("a prefix with a blank; X-Event-Key stands once")),
        (
            PLAIN_HEX,
            Sending::new(
                "the last of three secrets",
                &[secret("first"), secret("second"), secret("third")],
                NOW,
            )
            .with_event_key("invoice.paid")
            .with_attempt(4_294_967_295),
        ),
    ];
    all.iter().map(|(generic, sending)| of(*generic, sending)).collect()
}

fn of(generic: GenericHmac, sending: &Sending) -> String {
    let mut headers = vec![("X-Event-Key", sending.event_key.clone())];
    let configured = [
        (generic.event_key_header, &sending.event_key),
        (generic.request_id_header, &sending.request_id),
    ];
    for (name, value) in configured {
        headers
            .extend(name.filter(|name| *name != "X-Event-Key").map(|name| (name, value.clone())));
    }
    headers.push(("X-Attempt-Number", sending.attempt.to_string()));
    let digest = generic.algorithm.hmac(&sending.last().bytes, &sending.whole_body());
    headers.push((generic.header, generic.scheme().value(&digest)));
    sending.render(Some(generic), &headers)
}
