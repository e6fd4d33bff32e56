//! The `type` of a JSON object, found without parsing the object.
//!
//! One pass over the bytes, with a counter for depth: no recursion, and nothing is allocated but the
//! value, which is at most [`EVENT_KEY_MAX_BYTES`]. It finds the first `"type"` at the top level and
//! does not judge whether the rest is JSON. The one escape that it reads is `\/`, which many encoders
//! write for every slash; a value with any other is no event key, and a name with any is not `type`.

use alloc::string::String;

use crate::event_key::EVENT_KEY_MAX_BYTES;

/// The string that the first top-level name `type` has, where it can be an event key.
pub(super) fn of(body: &[u8]) -> Option<String> {
    let mut rest = after_blanks(body).strip_prefix(b"{")?;
    let mut depth = 0_usize;
    let mut name_expected = true;
    loop {
        let (first, after) = rest.split_first()?;
        rest = after;
        match first {
            b'"' => {
                let (string, after) = string(rest)?;
                rest = after;
                if depth == 0 && name_expected && string == b"type" {
                    return value(rest);
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b':' if depth == 0 => name_expected = false,
            b',' if depth == 0 => name_expected = true,
            _ => {}
        }
    }
}

/// The string after a colon.
fn value(rest: &[u8]) -> Option<String> {
    let rest = after_blanks(after_blanks(rest).strip_prefix(b":")?).strip_prefix(b"\"")?;
    let (escaped, _) = string(rest)?;
    // Every character of the key could be a slash, and escaped.
    if escaped.len() > 2 * EVENT_KEY_MAX_BYTES {
        return None;
    }
    let text = core::str::from_utf8(escaped).ok()?.replace("\\/", "/");
    (!text.contains('\\')).then_some(text)
}

/// The inside of a string whose opening quote is before `rest`, and what follows its closing one.
fn string(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut position = 0;
    loop {
        match rest.get(position)? {
            b'"' => return Some((rest.get(..position)?, rest.get(position + 1..)?)),
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
}

fn after_blanks(bytes: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let start = bytes.iter().position(|byte| !blank(byte)).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}
