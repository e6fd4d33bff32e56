//! A webhook's URL as a person wrote it.
//!
//! The `url` crate follows the browsers' standard, which repairs what it can: it drops tabs and
//! line ends, trims spaces and takes a backslash for a slash. Other programs read such text
//! otherwise, so here it is refused, and everything behind this works on the parsed [`Url`].

use url::Url;

use super::URL_BYTES_MAX;

/// Why a text is no URL for a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetUrlError {
    /// Over [`URL_BYTES_MAX`].
    #[error("a URL has at most {URL_BYTES_MAX} bytes")]
    Length,
    /// White space, a control character or a backslash.
    #[error("a URL has no white space, control characters or backslashes; write them as %XX")]
    Character,
    /// Not an absolute URL.
    #[error("not an absolute URL")]
    Syntax(#[source] url::ParseError),
}

/// Reads a URL. What it may reach is for [`super::TargetGuard::check_url`] to say.
///
/// # Errors
/// [`TargetUrlError`] says what is wrong with the text.
pub fn parse_url(text: &str) -> Result<Url, TargetUrlError> {
    if text.len() > URL_BYTES_MAX {
        return Err(TargetUrlError::Length);
    }
    if text.chars().any(|it| it.is_whitespace() || it.is_control() || it == '\\') {
        return Err(TargetUrlError::Character);
    }
    Url::parse(text).map_err(TargetUrlError::Syntax)
}
