//! What a sealed value is bound to.

/// Which value of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A dialect's secret.
    Secret,
    /// The password of basic authentication.
    Password,
    /// The value of a webhook's own header.
    Header,
    /// The store's key check.
    Check,
}

/// The place of a sealed value. Ids, never names, tables or rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The id of the source or webhook, as text.
    pub owner: &'a str,
    /// The id of the secret, as text.
    pub secret: &'a str,
    /// Which value.
    pub field: Field,
}

impl Place<'_> {
    /// Every part with its length before it, so that no two places give the same bytes.
    pub(crate) fn associated_data(&self, format: u8, key_id: [u8; 4]) -> Vec<u8> {
        let field: &[u8] = match self.field {
            Field::Secret => b"secret",
            Field::Password => b"password",
            Field::Header => b"header",
            Field::Check => b"check",
        };
        let mut data = vec![format];
        for part in [&key_id, self.owner.as_bytes(), self.secret.as_bytes(), field] {
            data.extend_from_slice(&(part.len() as u64).to_le_bytes());
            data.extend_from_slice(part);
        }
        data
    }
}
