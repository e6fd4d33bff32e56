//! What a request claims about its signature, read from the headers alone and without allocating.

use crate::mac::{Claimed, Proof};
use crate::verify::{SIGNATURES_MAX, UnixSeconds};

/// The digests of a request, any of which may match, and what else the signature covers.
pub(crate) struct Claim<'a> {
    /// How it is proven: keys of the other kind cannot match.
    pub(crate) proof: Proof,
    digests: [Claimed; SIGNATURES_MAX],
    count: usize,
    /// Signed before the body, one after the other.
    pub(crate) before: [&'a [u8]; 4],
    /// When it was signed, in dialects that say so.
    pub(crate) signed_at: Option<UnixSeconds>,
}

impl<'a> Claim<'a> {
    /// Without a digest yet; nothing but the body is signed.
    pub(super) fn new(proof: Proof) -> Self {
        let digests = [Claimed::NONE; SIGNATURES_MAX];
        Self { proof, digests, count: 0, before: [b""; 4], signed_at: None }
    }

    /// With one digest.
    pub(super) fn of(proof: Proof, digest: Claimed) -> Self {
        let mut claim = Self::new(proof);
        claim.add(digest);
        claim
    }

    /// Adds a digest; what is over [`SIGNATURES_MAX`] is left out, and so matches nothing.
    pub(super) fn add(&mut self, digest: Claimed) {
        if let Some(free) = self.digests.get_mut(self.count) {
            *free = digest;
            self.count += 1;
        }
    }

    /// At most [`SIGNATURES_MAX`]; none only while the claim is being read.
    pub(crate) fn digests(&self) -> &[Claimed] {
        self.digests.get(..self.count).unwrap_or_default()
    }

    /// The same claim apart from the headers, whose bytes were used.
    pub(crate) fn without_headers(&self) -> Claim<'static> {
        Claim {
            proof: self.proof,
            digests: self.digests,
            count: self.count,
            before: [b""; 4],
            signed_at: self.signed_at,
        }
    }
}
