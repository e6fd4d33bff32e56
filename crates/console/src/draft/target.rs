//! A webhook's URL. Which addresses it may reach is for the target guard to say.

use url::Url;

use crate::fields::{Fault, FieldCode};

/// The most bytes of a URL.
const LENGTH_MAX: usize = 2048;

/// An absolute http or https URL without user name, password and fragment, in its normal form.
pub(super) fn parse(text: &str) -> Result<Url, Fault> {
    if text.len() > LENGTH_MAX {
        let message = format!("at most {LENGTH_MAX} bytes");
        return Err((FieldCode::BadLength, message));
    }
    let bad = |message: &str| (FieldCode::BadFormat, message.to_owned());
    if text.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
        return Err(bad("a URL has no spaces and no control characters"));
    }
    let url = Url::parse(text).map_err(|_| bad("an absolute http or https URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad("an absolute http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("no user name or password in the URL: use basic_auth"));
    }
    if url.fragment().is_some() {
        return Err(bad("no fragment: it would not be sent"));
    }
    if url.as_str().len() > LENGTH_MAX {
        let message = format!("at most {LENGTH_MAX} bytes");
        return Err((FieldCode::BadLength, message));
    }
    Ok(url)
}
