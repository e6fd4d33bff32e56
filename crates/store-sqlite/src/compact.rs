//! Compact binary forms of what is kept beside the columns: headers, requests and responses.
//!
//! Owns the byte layout: a form byte (1), then fields in order; a text or byte string is its
//! length in LEB128 and its bytes, a number is LEB128, a list is its length and its items. Reading
//! never panics and never allocates more than the input is long.

use bytes::Bytes;
use pipeline::{KeptHeaders, Response, SentRequest};

#[cfg(test)]
mod tests;

const FORM: u8 = 1;

/// Bytes that are no form of ours.
#[derive(Debug, thiserror::Error)]
#[error("a kept form cannot be read")]
pub(crate) struct FormError;

/// Writes the headers of an event to the end of `out`.
pub(crate) fn write_headers(headers: &KeptHeaders, out: &mut Vec<u8>) {
    out.push(FORM);
    write_number(headers.len() as u64, out);
    for (name, value) in headers {
        write_bytes(name.as_bytes(), out);
        write_bytes(value, out);
    }
}

/// Reads them again.
pub(crate) fn read_headers(input: &[u8]) -> Result<KeptHeaders, FormError> {
    let mut reader = Reader::new(input)?;
    let headers = reader.list(|reader| Ok((reader.text()?, reader.bytes()?.to_vec())))?;
    reader.end()?;
    Ok(headers)
}

/// Writes what was sent to the end of `out`.
pub(crate) fn write_request(request: &SentRequest, out: &mut Vec<u8>) {
    out.push(FORM);
    write_bytes(request.url.as_bytes(), out);
    write_pairs(&request.headers, out);
}

/// Reads it again.
pub(crate) fn read_request(input: &[u8]) -> Result<SentRequest, FormError> {
    let mut reader = Reader::new(input)?;
    let url = reader.text()?;
    let headers = reader.list(|reader| Ok((reader.text()?, reader.text()?)))?;
    reader.end()?;
    Ok(SentRequest { url, headers })
}

/// Writes what came back to the end of `out`.
pub(crate) fn write_response(response: &Response, out: &mut Vec<u8>) {
    out.push(FORM);
    write_number(u64::from(response.status), out);
    write_number(u64::from(response.truncated), out);
    write_pairs(&response.headers, out);
    write_bytes(&response.body, out);
}

/// Reads it again.
pub(crate) fn read_response(input: &[u8]) -> Result<Response, FormError> {
    let mut reader = Reader::new(input)?;
    let status = u16::try_from(reader.number()?).map_err(|_| FormError)?;
    let truncated = reader.number()? != 0;
    let headers = reader.list(|reader| Ok((reader.text()?, reader.text()?)))?;
    let body = Bytes::copy_from_slice(reader.bytes()?);
    reader.end()?;
    Ok(Response { status, headers, body, truncated })
}

fn write_pairs(pairs: &[(String, String)], out: &mut Vec<u8>) {
    write_number(pairs.len() as u64, out);
    for (name, value) in pairs {
        write_bytes(name.as_bytes(), out);
        write_bytes(value.as_bytes(), out);
    }
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn new(input: &'a [u8]) -> Result<Reader<'a>, FormError> {
        match input.split_first() {
            Some((&FORM, rest)) => Ok(Reader(rest)),
            _ => Err(FormError),
        }
    }

    fn number(&mut self) -> Result<u64, FormError> {
        let mut number = 0u64;
        for shift in (0..63).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(FormError)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(FormError)
    }

    fn bytes(&mut self) -> Result<&'a [u8], FormError> {
        let length = usize::try_from(self.number()?).map_err(|_| FormError)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(FormError)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String, FormError> {
        let text = str::from_utf8(self.bytes()?).map_err(|_| FormError)?;
        Ok(text.to_owned())
    }

    fn list<T>(
        &mut self,
        item: impl Fn(&mut Reader<'a>) -> Result<T, FormError>,
    ) -> Result<Vec<T>, FormError> {
        let length = self.number()?;
        // Every item is at least one byte, so a length beyond the rest is a lie.
        if length > self.0.len() as u64 {
            return Err(FormError);
        }
        (0..length).map(|_| item(self)).collect()
    }

    fn end(&self) -> Result<(), FormError> {
        self.0.is_empty().then_some(()).ok_or(FormError)
    }
}
