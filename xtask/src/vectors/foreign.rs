//! MACs of algorithms that no dialect takes, over the usual message under the usual key, as OpenSSL
//! makes them. The suite `vectors` asks OpenSSL again.

use super::ForeignMac;
use super::scheme::{BODY, Covers, Scheme};

const BODY_SHA1: [u8; 20] = [
    0xe9, 0x2d, 0x99, 0x32, 0xf3, 0x02, 0x70, 0x0b, 0x01, 0x15, 0xb3, 0x3e, 0x7a, 0x55, 0xfa, 0x87,
    0xc5, 0xaa, 0xc1, 0x98,
];
const BODY_MD5: [u8; 16] = [
    0xc4, 0xab, 0x74, 0x33, 0x11, 0x40, 0xb4, 0x78, 0xbe, 0x51, 0xb3, 0x0b, 0x7c, 0x08, 0x2e, 0x5e,
];
const TIMED_SHA1: [u8; 20] = [
    0x67, 0xf1, 0xc9, 0xe1, 0x5a, 0x56, 0xcf, 0x2f, 0xf6, 0xd5, 0xae, 0xbe, 0x6b, 0x5b, 0xbd, 0x42,
    0x6f, 0xe3, 0x85, 0xa4,
];
const TIMED_MD5: [u8; 16] = [
    0x11, 0x95, 0x4c, 0x24, 0x2f, 0x3c, 0x6b, 0xc6, 0xf6, 0x2a, 0xbd, 0x70, 0x86, 0xc0, 0xe6, 0x36,
];

#[derive(Clone, Copy, Debug)]
pub(super) struct Foreign {
    pub(super) name: &'static str,
    pub(super) digest: &'static [u8],
}

pub(super) fn of(covers: Covers) -> [Foreign; 2] {
    let (sha1, md5): (&[u8], &[u8]) = match covers {
        Covers::Body => (&BODY_SHA1, &BODY_MD5),
        Covers::IdTimeBody => (&TIMED_SHA1, &TIMED_MD5),
    };
    [Foreign { name: "sha1", digest: sha1 }, Foreign { name: "md5", digest: md5 }]
}

/// The key, the message and the digest of each, to be made again.
pub(super) fn macs(scheme: &Scheme) -> Vec<ForeignMac> {
    let key = scheme.key(&scheme.secret("first"));
    let mac = |mac: Foreign| (mac.name, key.clone(), scheme.message(BODY), mac.digest.to_vec());
    of(scheme.covers).map(mac).to_vec()
}
