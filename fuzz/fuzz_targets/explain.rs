//! Explanations: the verdict is the verifier's, and neither a secret nor an expected digest is told.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::{Algorithm, Explainer, Verdict};
use countersign_fuzz::case::Case;
use countersign_fuzz::{is_planted, judge};
use libfuzzer_sys::fuzz_target;

/// A shorter secret stands in any text by chance.
const SECRET_MIN_BYTES: usize = 12;

fuzz_target!(|bytes: &[u8]| {
    let Some(case) = Case::read(bytes) else {
        return;
    };
    let (active, expired) = case.secrets.split_at(case.secrets.len().div_ceil(2));
    let explainer = Explainer::new(&case.dialect, active).with_expired(expired);
    let explanation = explainer.explain(&case.headers, &case.body, case.now);
    let judged = Case { secrets: active.to_vec(), ..Case::read(bytes).expect("the same case") };
    let genuine = matches!(explanation.verdict(), Verdict::Genuine(_));
    assert_eq!(genuine || is_planted(), judge::genuine(&judged).is_some(), "{case:?}");

    let told = explanation.to_string();
    for secret in &case.secrets {
        let text = String::from_utf8_lossy(secret.expose());
        let is_long = secret.expose().len() >= SECRET_MIN_BYTES;
        assert!(!is_long || !told.contains(&*text), "{told}");
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let digest = judge::hmac(algorithm, secret.expose(), &[&case.body]);
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!told.contains(&hex[..16]), "{told}");
            assert!(!told.contains(&STANDARD.encode(digest)[..12]), "{told}");
        }
    }
});
