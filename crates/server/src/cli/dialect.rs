//! `--dialect`, and what `generic-hmac` needs besides.

use clap::Args;
use countersign::{Algorithm, Dialect, Encoding, GenericHmac};

use super::Usage;

/// Which dialect a command signs or verifies in.
#[derive(Debug, Args)]
pub(super) struct DialectArgs {
    /// The dialect: bitbucket-cloud, bitbucket-data-center, github, gitlab, gitea,
    /// standard-webhooks or generic-hmac
    #[arg(long, value_name = "DIALECT")]
    dialect: String,
    /// With generic-hmac: the header of the signature
    #[arg(long, value_name = "NAME")]
    hmac_header: Option<String>,
    /// With generic-hmac: what stands before the digest
    #[arg(long, value_name = "TEXT", requires = "hmac_header")]
    hmac_prefix: Option<String>,
    /// With generic-hmac: how the digest is written
    #[arg(long, value_parser = ["hex", "base64"], requires = "hmac_header")]
    hmac_encoding: Option<String>,
    /// With generic-hmac: the hash function
    #[arg(long, value_parser = ["sha256", "sha512"], requires = "hmac_header")]
    hmac_algorithm: Option<String>,
    /// With generic-hmac: the header of the event key
    #[arg(long, value_name = "NAME", requires = "hmac_header")]
    hmac_event_key_header: Option<String>,
    /// With generic-hmac: the header of the request id
    #[arg(long, value_name = "NAME", requires = "hmac_header")]
    hmac_request_id_header: Option<String>,
}

impl DialectArgs {
    /// The dialect that they name.
    pub(super) fn dialect(&self) -> Result<Dialect, Usage> {
        match (&self.hmac_header, self.dialect.as_str()) {
            (Some(header), Dialect::GENERIC_HMAC) => self.generic(header).map(Dialect::from),
            (None, Dialect::GENERIC_HMAC) => {
                Err(Usage("--dialect generic-hmac needs --hmac-header".to_owned()))
            }
            (Some(_), _) => {
                Err(Usage("--hmac-header goes with --dialect generic-hmac only".to_owned()))
            }
            (None, name) => {
                let known = |error| format!("`{name}` is {error}, {}", Dialect::GENERIC_HMAC);
                name.parse().map_err(|error| Usage(known(error)))
            }
        }
    }

    fn generic(&self, header: &str) -> Result<GenericHmac, Usage> {
        let at = |flag: &'static str| move |error| Usage(format!("{flag}: {error}"));
        let mut generic = GenericHmac::new(header).map_err(at("--hmac-header"))?;
        if let Some(prefix) = &self.hmac_prefix {
            generic = generic.with_prefix(prefix).map_err(at("--hmac-prefix"))?;
        }
        if let Some(name) = &self.hmac_event_key_header {
            let made = generic.with_event_key_header(name);
            generic = made.map_err(at("--hmac-event-key-header"))?;
        }
        if let Some(name) = &self.hmac_request_id_header {
            let made = generic.with_request_id_header(name);
            generic = made.map_err(at("--hmac-request-id-header"))?;
        }
        if self.hmac_encoding.as_deref() == Some("base64") {
            generic = generic.with_encoding(Encoding::Base64);
        }
        if self.hmac_algorithm.as_deref() == Some("sha512") {
            generic = generic.with_algorithm(Algorithm::Sha512);
        }
        Ok(generic)
    }
}
