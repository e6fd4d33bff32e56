//! Secrets at rest: the key ring and the authenticated encryption of single values.
//!
//! Only this crate turns a sealed value into a clear one; stores keep what it makes and cannot
//! open it. It does no I/O: the server reads and writes the master key file.
//!
//! A sealed value is `format (1 byte, 1) ‖ key id (4) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, by
//! AES-256-GCM-SIV (RFC 8452), which stays safe if a nonce should ever repeat. Associated data are
//! the format, the key id and the [`Place`]: owner, secret id and field. So a sealed value moved
//! to another owner or field does not open, while rows may move between stores.

mod key_ring;
mod place;

pub use key_ring::{KeyRing, OpenError, ParseError};
pub use place::{Field, Place};

#[cfg(test)]
mod tests;
