//! The settings of `generic-hmac` in a row.

use countersign::{Algorithm, Dialect, Encoding, GenericHmac};
use serde::{Deserialize, Serialize};

use super::{SettingsError, unreadable};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct GenericHmacRow {
    header: String,
    prefix: String,
    encoding: EncodingRow,
    algorithm: AlgorithmRow,
    event_key_header: Option<String>,
    request_id_header: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EncodingRow {
    Hex,
    Base64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AlgorithmRow {
    Sha256,
    Sha512,
}

impl GenericHmacRow {
    /// `None` for every other dialect.
    pub(super) fn of(dialect: &Dialect) -> Option<GenericHmacRow> {
        let Dialect::GenericHmac(generic) = dialect else {
            return None;
        };
        Some(GenericHmacRow {
            header: generic.header().to_owned(),
            prefix: generic.prefix().to_owned(),
            encoding: match generic.encoding() {
                Encoding::Base64 => EncodingRow::Base64,
                _ => EncodingRow::Hex,
            },
            algorithm: match generic.algorithm() {
                Algorithm::Sha512 => AlgorithmRow::Sha512,
                _ => AlgorithmRow::Sha256,
            },
            event_key_header: generic.event_key_header().map(str::to_owned),
            request_id_header: generic.request_id_header().map(str::to_owned),
        })
    }

    pub(super) fn read(self) -> Result<GenericHmac, SettingsError> {
        let wrong = unreadable("generic_hmac");
        let mut generic = GenericHmac::new(&self.header).map_err(&wrong)?;
        generic = generic.with_prefix(&self.prefix).map_err(&wrong)?;
        if let Some(name) = self.event_key_header {
            generic = generic.with_event_key_header(&name).map_err(&wrong)?;
        }
        if let Some(name) = self.request_id_header {
            generic = generic.with_request_id_header(&name).map_err(&wrong)?;
        }
        let generic = generic.with_encoding(match self.encoding {
            EncodingRow::Hex => Encoding::Hex,
            EncodingRow::Base64 => Encoding::Base64,
        });
        Ok(generic.with_algorithm(match self.algorithm {
            AlgorithmRow::Sha256 => Algorithm::Sha256,
            AlgorithmRow::Sha512 => Algorithm::Sha512,
        }))
    }
}
