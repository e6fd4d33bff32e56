//! Headers of other dialects: ignored beside the own one, whatever they say, and worth nothing
//! without it.

use super::super::case::Case;
use super::super::mac::{Algorithm, base64, hex};
use super::super::scheme::{BODY, NOW, REQUEST_ID, Scheme, message};

/// `own` are the headers that mean something in this dialect besides its signature header.
pub(in super::super) fn all(scheme: &Scheme, own: &[&str]) -> Vec<Case> {
    let key = scheme.key(&scheme.secret("first"));
    let body_mac = Algorithm::Sha256.hmac(&key, BODY);
    let timed = Algorithm::Sha256.hmac(&key, &message(REQUEST_ID, &NOW.to_string(), BODY));
    let others = |forged: bool| {
        let (body_mac, timed) =
            if forged { (vec![0; 32], vec![0; 32]) } else { (body_mac.clone(), timed.clone()) };
        let all = [
            ("X-Hub-Signature", format!("sha256={}", hex(&body_mac))),
            ("X-Hub-Signature-256", format!("sha256={}", hex(&body_mac))),
            ("X-Gitea-Signature", hex(&body_mac)),
            ("X-Gogs-Signature", hex(&body_mac)),
            ("X-Forgejo-Signature", hex(&body_mac)),
            ("webhook-signature", format!("v1,{}", base64(&timed))),
            ("svix-signature", format!("v1,{}", base64(&timed))),
            ("X-Gitlab-Token", "first".to_owned()),
            ("X-Signature-256", hex(&body_mac)),
            ("Signature", format!("sig1=:{}:", base64(&body_mac))),
        ];
        let is_own = |name: &str| name == scheme.header || own.contains(&name);
        all.into_iter().filter(move |(name, _)| !is_own(name)).collect::<Vec<_>>()
    };
    let with = |case: Case, headers: Vec<(&str, String)>| {
        headers.into_iter().fold(case, |case, (name, value)| case.add(name, value))
    };
    let mut cases = vec![
        with(scheme.case("neighbours: forged ones beside the own"), others(true)),
        with(scheme.case("neighbours: genuine ones beside the own"), others(false)),
        with(
            scheme.claiming_digest("neighbours: genuine ones beside a forged own", &forged(scheme)),
            others(false),
        )
        .refused("mismatch"),
    ];
    for (name, value) in others(false) {
        let case = scheme.case(&format!("neighbours: {name} alone")).without(scheme.header);
        cases.push(case.add(name, value).refused("signature_missing"));
    }
    cases
}

fn forged(scheme: &Scheme) -> Vec<u8> {
    scheme.digest().iter().map(|byte| !byte).collect()
}
