//! A body written as it may have been signed, fed in parts and never kept.
//!
//! None of this parses: JSON is followed byte by byte, inside a string or outside, and what is no JSON
//! comes out as something that fits no signature. Nothing allocates and nothing fails.

#[cfg(test)]
mod tests;

/// A way to write the same JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Json {
    blanks: Blanks,
    /// Characters beyond ASCII as `\uXXXX`, or else as they are.
    escaped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blanks {
    /// None at all.
    Compact,
    /// One after each comma and colon.
    Spaced,
    /// A line for each member, indented by so many spaces a level, one after each colon.
    Indented(usize),
}

/// How deep lines are indented: a deeper body comes out as something that fits no signature.
const DEPTH_MAX: usize = 64;
const SPACES: &[u8; 4 * DEPTH_MAX] = &[b' '; 4 * DEPTH_MAX];

/// How much longer a body may become, so that one of nothing but commas does not become all blanks.
const LONGER_TIMES_MAX: usize = 8;
/// And how long any may become: what is small may be deep.
const LONGER_BYTES_MAX: usize = 4096;

impl Json {
    /// As the common writers of JSON do by default.
    pub(super) const ALL: &[Self] = &[
        Self { blanks: Blanks::Compact, escaped: false },
        Self { blanks: Blanks::Spaced, escaped: true },
        Self { blanks: Blanks::Spaced, escaped: false },
        Self { blanks: Blanks::Compact, escaped: true },
        Self { blanks: Blanks::Indented(2), escaped: false },
        Self { blanks: Blanks::Indented(4), escaped: false },
    ];

    /// Feeds `body` written so, up to its bound.
    pub(super) fn rewrite(self, body: &[u8], mut feed: impl FnMut(&[u8])) {
        let mut left = body.len().saturating_mul(LONGER_TIMES_MAX).max(LONGER_BYTES_MAX);
        self.follow(body, |part| {
            left = left.checked_sub(part.len()).inspect(|_| feed(part)).unwrap_or_default();
        });
    }

    fn follow(self, body: &[u8], mut feed: impl FnMut(&[u8])) {
        let mut depth = 0_usize;
        let mut opened = false;
        let mut rest = body;
        while let Some((first, after)) = rest.split_first() {
            let whole = rest;
            rest = after;
            match first {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if !opened {
                        self.line(depth, &mut feed);
                    }
                }
                _ if opened => self.line(depth, &mut feed),
                _ => {}
            }
            opened = matches!(first, b'{' | b'[');
            depth += usize::from(opened);
            match first {
                b'"' => {
                    let (string, after) = rest.split_at(string_length(rest));
                    rest = after;
                    feed(b"\"");
                    self.string(string, &mut feed);
                }
                b':' => feed(if self.blanks == Blanks::Compact { b":" } else { b": " }),
                b',' => {
                    feed(if self.blanks == Blanks::Spaced { b", " } else { b"," });
                    self.line(depth, &mut feed);
                }
                _ => {
                    let more = if is_word(*first) { word_length(rest) } else { 0 };
                    let (word, after) = whole.split_at(1 + more);
                    rest = after;
                    feed(word);
                }
            }
        }
    }

    fn line(self, depth: usize, feed: &mut impl FnMut(&[u8])) {
        if let Blanks::Indented(width) = self.blanks {
            feed(b"\n");
            feed(SPACES.get(..width * depth.min(DEPTH_MAX)).unwrap_or_default());
        }
    }

    /// The rest of a string after its opening quote.
    fn string(self, string: &[u8], feed: &mut impl FnMut(&[u8])) {
        match core::str::from_utf8(string) {
            Ok(text) if self.escaped && !text.is_ascii() => escaped(text, feed),
            Ok(text) if !self.escaped && text.contains("\\u") => unescaped(string, feed),
            _ => feed(string),
        }
    }
}

/// Feeds `text` with each character beyond ASCII as `\uXXXX`.
fn escaped(text: &str, feed: &mut impl FnMut(&[u8])) {
    for character in text.chars() {
        if character.is_ascii() {
            feed(character.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let [high, low] = unit.to_be_bytes();
            feed(b"\\u");
            feed(&[digit(high >> 4), digit(high), digit(low >> 4), digit(low)]);
        }
    }
}

/// Feeds `string` with each `\uXXXX` of a character beyond ASCII as that character. Another escape
/// stays, and so does half a surrogate pair.
fn unescaped(string: &[u8], feed: &mut impl FnMut(&[u8])) {
    let mut rest = string;
    while let Some(position) = rest.iter().position(|byte| *byte == b'\\') {
        let (plain, escape) = rest.split_at(position);
        feed(plain);
        let (length, character) = read_escape(escape);
        let (written, after) = escape.split_at(length);
        match character.filter(|character| !character.is_ascii()) {
            Some(character) => feed(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => feed(written),
        }
        rest = after;
    }
    feed(rest);
}

/// The length of the escape at the start of `text`, and its character where it is `\uXXXX`.
fn read_escape(text: &[u8]) -> (usize, Option<char>) {
    let Some(first) = read_unit(text) else {
        return (text.len().min(2), None);
    };
    let second = text.get(6..).and_then(read_unit);
    let mut characters = char::decode_utf16([first].into_iter().chain(second));
    match characters.next() {
        Some(Ok(character)) => (6 * character.len_utf16(), Some(character)),
        Some(Err(_)) | None => (6, None),
    }
}

/// The UTF-16 unit of `\uXXXX`.
fn read_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| {
        let value = u16::try_from(char::from(*digit).to_digit(16)?).ok()?;
        Some(unit << 4 | value)
    })
}

/// Whether a number, `true`, `false` or `null` has this byte.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn word_length(rest: &[u8]) -> usize {
    rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len())
}

/// The length of a string's bytes after its opening quote, the closing one among them.
fn string_length(rest: &[u8]) -> usize {
    let mut escaped = false;
    for (position, byte) in rest.iter().enumerate() {
        match byte {
            b'"' if !escaped => return position + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn digit(value: u8) -> u8 {
    let value = value & 0x0f;
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

/// Feeds `body` with every line ending as LF, or as CRLF.
pub(super) fn line_endings(body: &[u8], crlf: bool, mut feed: impl FnMut(&[u8])) {
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let Some(text) = line.strip_suffix(b"\n") else {
            return feed(line);
        };
        feed(text.strip_suffix(b"\r").unwrap_or(text));
        feed(if crlf { b"\r\n" } else { b"\n" });
    }
}

/// Feeds the field `payload` of a form, decoded (the URL Standard,
/// `application/x-www-form-urlencoded`).
pub(super) fn form_decoded(body: &[u8], mut feed: impl FnMut(&[u8])) {
    let value = body.strip_prefix(b"payload=").unwrap_or(body);
    let mut bytes = value.iter().copied().take_while(|byte| *byte != b'&');
    while let Some(byte) = bytes.next() {
        let decoded = match byte {
            b'+' => b' ',
            b'%' => {
                let mut value = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (value(), value());
                let value = high.zip(low).map(|(high, low)| 16 * high + low);
                value.and_then(|value| u8::try_from(value).ok()).unwrap_or_default()
            }
            other => other,
        };
        feed(&[decoded]);
    }
}

/// Feeds `payload=` and `body` encoded as a field of a form.
pub(super) fn form_encoded(body: &[u8], mut feed: impl FnMut(&[u8])) {
    feed(b"payload=");
    for byte in body {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'*' | b'-' | b'.' | b'_' => feed(&[*byte]),
            b' ' => feed(b"+"),
            _ => {
                let digits = [b'%', digit(byte >> 4), digit(*byte)];
                feed(&digits.map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
}
