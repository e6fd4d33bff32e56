//! Which secret, if any, made the signature of a case: by the rules of `vectors/README.md`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::{Algorithm, Dialect, Encoding};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha512};

use crate::case::Case;

/// The index of the first secret that the request is genuine under.
pub fn genuine(case: &Case) -> Option<usize> {
    let hex = |header, label| digest(case, header, label, Encoding::Hex, Algorithm::Sha256);
    match &case.dialect {
        Dialect::BitbucketCloud | Dialect::BitbucketDataCenter => hex("X-Hub-Signature", "sha256="),
        Dialect::Github => hex("X-Hub-Signature-256", "sha256="),
        Dialect::Gitea => hex("X-Gitea-Signature", ""),
        Dialect::StandardWebhooks => list(case),
        Dialect::Gitlab => gitlab(case),
        Dialect::GenericHmac(generic) => digest(
            case,
            generic.header(),
            generic.prefix(),
            generic.encoding(),
            generic.algorithm(),
        ),
        other => panic!("the judge knows nothing of {other}"),
    }
}

/// HMAC over `parts`, one after the other.
pub fn hmac(algorithm: Algorithm, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let message = parts.concat();
    match algorithm {
        Algorithm::Sha512 => {
            let mac = Hmac::<Sha512>::new_from_slice(key).expect("a key of any length");
            mac.chain_update(message).finalize().into_bytes().to_vec()
        }
        _ => {
            let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
            mac.chain_update(message).finalize().into_bytes().to_vec()
        }
    }
}

fn once<'a>(case: &'a Case, header: &str) -> Option<&'a [u8]> {
    match case.values(header)[..] {
        [value] => Some(value),
        _ => None,
    }
}

fn digest(
    case: &Case,
    header: &str,
    label: &str,
    encoding: Encoding,
    algorithm: Algorithm,
) -> Option<usize> {
    let written = once(case, header)?.strip_prefix(label.as_bytes())?;
    case.secrets.iter().position(|secret| {
        let digest = hmac(algorithm, secret.expose(), &[&case.body]);
        match encoding {
            Encoding::Base64 => written == STANDARD.encode(digest).as_bytes(),
            _ => {
                let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                written.eq_ignore_ascii_case(hex.as_bytes())
            }
        }
    })
}

/// The key of a `whsec_` secret.
pub fn whsec(secret: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(secret.strip_prefix(b"whsec_")?).ok()
}

fn list(case: &Case) -> Option<usize> {
    let items: Vec<&[u8]> = once(case, "webhook-signature")?.split(|byte| *byte == b' ').collect();
    let (id, time) = (once(case, "webhook-id")?, once(case, "webhook-timestamp")?);
    let is_id = (1..=255).contains(&id.len())
        && id.iter().all(|byte| (0x21..=0x7e).contains(byte) && *byte != b'.');
    let is_time = (1..=19).contains(&time.len()) && time.iter().all(u8::is_ascii_digit);
    let seconds: i64 = str::from_utf8(time).ok()?.parse().ok()?;
    let near = i128::from(seconds).abs_diff(i128::from(case.now.0)) <= 300;
    if items.len() > 16 || !is_id || !is_time || !near {
        return None;
    }
    case.secrets.iter().position(|secret| {
        let Some(key) = whsec(secret.expose()) else {
            return false;
        };
        let digest = hmac(Algorithm::Sha256, &key, &[id, b".", time, b".", &case.body]);
        let item = format!("v1,{}", STANDARD.encode(digest));
        items.contains(&item.as_bytes())
    })
}

fn gitlab(case: &Case) -> Option<usize> {
    let signs = |secret: &countersign::Secret| secret.expose().starts_with(b"whsec_");
    if case.secrets.iter().any(signs) && !case.values("webhook-signature").is_empty() {
        return list(case);
    }
    let token = once(case, "X-Gitlab-Token")?;
    case.secrets.iter().position(|secret| !signs(secret) && secret.expose() == token)
}
