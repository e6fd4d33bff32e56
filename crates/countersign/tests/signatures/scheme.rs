//! Every dialect with every kind of secret that it takes, for what holds in all of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::{Algorithm, Dialect, Encoding, GenericHmac, Secret};

/// A dialect and one kind of its secrets.
#[derive(Debug, Clone)]
pub(crate) struct Scheme {
    pub(crate) dialect: Dialect,
    form: SecretForm,
    /// Whether the signature covers the body: a token does not.
    pub(crate) covers_body: bool,
    /// Whether it covers the request id and the time too.
    pub(crate) covers_time: bool,
    /// Whether any bytes are a secret.
    pub(crate) takes_any_bytes: bool,
    /// Whether a request carries a signature of every secret.
    pub(crate) list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum SecretForm {
    Bytes,
    Whsec,
    Token,
}

impl Scheme {
    fn of_body(dialect: Dialect) -> Self {
        Self {
            dialect,
            form: SecretForm::Bytes,
            covers_body: true,
            covers_time: false,
            takes_any_bytes: true,
            list: false,
        }
    }

    fn of_time(dialect: Dialect) -> Self {
        Self {
            form: SecretForm::Whsec,
            covers_time: true,
            takes_any_bytes: false,
            list: true,
            ..Self::of_body(dialect)
        }
    }

    fn of_token(dialect: Dialect) -> Self {
        Self {
            form: SecretForm::Token,
            covers_body: false,
            takes_any_bytes: false,
            ..Self::of_body(dialect)
        }
    }

    pub(crate) fn all() -> Vec<Self> {
        vec![
            Self::of_body(Dialect::BitbucketCloud),
            Self::of_body(Dialect::BitbucketDataCenter),
            Self::of_body(Dialect::Github),
            Self::of_token(Dialect::Gitlab),
            Self::of_time(Dialect::Gitlab),
            Self::of_body(Dialect::Gitea),
            Self::of_time(Dialect::StandardWebhooks),
            Self::of_body(generic(Algorithm::Sha256, Encoding::Base64, "")),
            Self::of_body(generic(Algorithm::Sha512, Encoding::Hex, "sha512=")),
            Self::of_body(generic(Algorithm::Sha512, Encoding::Base64, "hmac ")),
        ]
    }

    /// The secret that stands for `key`: of 24 to 64 bytes, or of any number where any bytes do.
    pub(crate) fn secret(&self, key: &[u8]) -> Option<Secret> {
        let bytes = match self.form {
            SecretForm::Bytes => key.to_vec(),
            SecretForm::Whsec => format!("whsec_{}", STANDARD.encode(key)).into(),
            SecretForm::Token => crate::hex_of_bytes(key).into(),
        };
        Secret::new(bytes).ok()
    }

    /// Whether the character so far from the end of a signature is a hexadecimal digit.
    pub(crate) fn hexadecimal(&self, from_end: usize) -> bool {
        let digits = match &self.dialect {
            Dialect::GenericHmac(generic) if generic.encoding() == Encoding::Base64 => 0,
            Dialect::GenericHmac(_) => 128,
            _ if self.form == SecretForm::Bytes => 64,
            _ => 0,
        };
        from_end <= digits
    }

    /// A secret from a seed: the same seed gives the same secret.
    pub(crate) fn secret_of(&self, seed: u8) -> Secret {
        self.secret(&[seed; 32]).expect("a secret")
    }
}

/// With an event key and a request id in headers of its own.
fn generic(algorithm: Algorithm, encoding: Encoding, prefix: &str) -> Dialect {
    let generic = GenericHmac::new("X-Shop-Hmac")
        .and_then(|generic| generic.with_prefix(prefix))
        .and_then(|generic| generic.with_event_key_header("X-Shop-Topic"))
        .and_then(|generic| generic.with_request_id_header("X-Shop-Id"));
    generic.expect("settings").with_algorithm(algorithm).with_encoding(encoding).into()
}
