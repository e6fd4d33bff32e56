//! `X-Hub-Signature: sha256=<hex>` over the body, as both products of Bitbucket send it.
//!
//! Owns that header's form: the label `sha256=` exactly, then 64 hexadecimal digits. Never tries
//! another algorithm: GitHub's header of the same name is SHA-1, and a valid SHA-1 is refused.

use alloc::string::String;
use alloc::{vec, vec::Vec};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::Claim;
use crate::headers::{Headers, Occurrence, occurrence};
use crate::mac::{Mac, digest_of_hex};
use crate::sign::Outgoing;
use crate::verify::VerifyError;

pub(super) const HEADER: &str = "X-Hub-Signature";
const LABEL: &str = "sha256=";

/// The claim of a request with this header exactly once.
pub(super) fn claim<H: Headers + ?Sized>(headers: &H) -> Result<Claim, VerifyError> {
    let value = match occurrence(headers, HEADER) {
        Occurrence::Missing => return Err(VerifyError::SignatureMissing),
        Occurrence::Repeated => return Err(VerifyError::SignatureRepeated),
        Occurrence::Once(value) => value,
    };
    let hex = value.strip_prefix(LABEL.as_bytes()).ok_or(VerifyError::LabelUnknown)?;
    Ok(Claim { digests: vec![digest_of_hex(hex)?], prefix: Vec::new(), signed_at: None })
}

/// One signature, with the key activated last.
pub(super) fn signature(keys: &[Mac], outgoing: &Outgoing<'_>) -> String {
    let mut value = String::from(LABEL);
    if let Some(key) = keys.last() {
        let mut mac = key.clone();
        mac.update(outgoing.body);
        value.push_str(&mac.finish().hex());
    }
    value
}

/// 43 characters of base64url: any system takes them, and they fit Bitbucket's 128.
pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(random).into_bytes())
}
