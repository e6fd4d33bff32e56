//! What a request claims about its signature, read from the headers alone and without allocating.

use alloc::vec::Vec;

use super::webhook_signature;
use crate::mac::{Claimed, Proof};
use crate::verify::UnixSeconds;

/// The digests of a request, any of which may match, and what else the signature covers.
pub(crate) struct Claim<'a> {
    /// How it is proven: keys of the other kind cannot match.
    pub(crate) proof: Proof,
    digests: Digests<'a>,
    /// Signed before the body, one after the other.
    pub(crate) before: [&'a [u8]; 4],
    /// When it was signed, in dialects that say so.
    pub(crate) signed_at: Option<UnixSeconds>,
}

/// At least one, at most [`SIGNATURES_MAX`](crate::SIGNATURES_MAX).
enum Digests<'a> {
    One(Claimed),
    /// The value of `webhook-signature`, read again when it is compared: keeping room for the most
    /// that there may be costs every request more.
    List(&'a [u8]),
    Kept(Vec<Claimed>),
}

impl<'a> Claim<'a> {
    /// With one digest; nothing but the body is signed.
    pub(super) fn of(proof: Proof, digest: Claimed) -> Self {
        Self { proof, digests: Digests::One(digest), before: [b""; 4], signed_at: None }
    }

    /// With the digests of a list of MACs, which was checked.
    pub(super) fn of_list(list: &'a [u8]) -> Self {
        let digests = Digests::List(list);
        Self { proof: Proof::Mac, digests, before: [b""; 4], signed_at: None }
    }

    /// The digests, in their order.
    pub(crate) fn digests(&self) -> impl Iterator<Item = Claimed> {
        let (one, list, kept): (_, _, &[Claimed]) = match &self.digests {
            Digests::One(digest) => (Some(*digest), None, &[]),
            Digests::List(list) => (None, Some(*list), &[]),
            Digests::Kept(kept) => (None, None, kept),
        };
        let list = list.into_iter().flat_map(webhook_signature::items).filter_map(Result::ok);
        one.into_iter().chain(list).chain(kept.iter().copied())
    }

    /// The same claim apart from the headers, whose bytes were used.
    pub(crate) fn without_headers(&self) -> Claim<'static> {
        let digests = match &self.digests {
            Digests::One(digest) => Digests::One(*digest),
            Digests::List(_) | Digests::Kept(_) => Digests::Kept(self.digests().collect()),
        };
        Claim { proof: self.proof, digests, before: [b""; 4], signed_at: self.signed_at }
    }
}
