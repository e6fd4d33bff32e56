//! One digest over the body in a header of its own, after a label: `X-Hub-Signature: sha256=<hex>`
//! and its kin. Shared by the dialects that have this form.
//!
//! The label is exact, then comes the digest and nothing else. Another algorithm is never tried:
//! GitHub's header with the name of Bitbucket's is SHA-1, and a valid SHA-1 is refused.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::Claim;
use crate::headers::{Headers, Occurrence, occurrence};
use crate::mac::{Algorithm, Encoding, Mac, Proof};
use crate::sign::Outgoing;
use crate::verify::VerifyError;

/// Where the digest stands and how it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form<'a> {
    pub(crate) header: &'a str,
    pub(crate) label: &'a str,
    pub(crate) encoding: Encoding,
    pub(crate) algorithm: Algorithm,
}

impl Form<'static> {
    /// SHA-256 in hexadecimal.
    pub(super) const fn sha256_hex(header: &'static str, label: &'static str) -> Self {
        Self { header, label, encoding: Encoding::Hex, algorithm: Algorithm::Sha256 }
    }
}

impl<'a> Form<'a> {
    /// Whether both read the same from every request.
    pub(crate) fn is_like(&self, other: &Form<'_>) -> bool {
        self.header.eq_ignore_ascii_case(other.header)
            && (self.label, self.encoding, self.algorithm)
                == (other.label, other.encoding, other.algorithm)
    }

    /// The claim of a request with this header exactly once.
    pub(super) fn claim<H>(&self, headers: &'a H) -> Result<Claim<'a>, VerifyError>
    where
        H: Headers + ?Sized,
    {
        let value = match occurrence(headers, self.header) {
            Occurrence::Missing => return Err(VerifyError::SignatureMissing),
            Occurrence::Repeated => return Err(VerifyError::SignatureRepeated),
            Occurrence::Once(value) => value,
        };
        let text = value.strip_prefix(self.label.as_bytes()).ok_or(VerifyError::LabelUnknown)?;
        Ok(Claim::of(Proof::Mac, self.encoding.read(text, self.algorithm)?))
    }

    /// One signature, with the key activated last.
    pub(super) fn signature(&self, keys: &[Mac], outgoing: &Outgoing<'_>) -> String {
        let mut value = String::from(self.label);
        if let Some(key) = keys.last() {
            value.push_str(&self.encoding.write(&key.digest(&[outgoing.body])));
        }
        value
    }
}

/// 43 characters of base64url: any system takes them, and they fit Bitbucket's 128.
pub(super) fn secret_text(random: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(random).into_bytes())
}
