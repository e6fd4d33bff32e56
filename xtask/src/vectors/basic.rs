//! `basic.json`: which `Authorization` headers show a user name and a password (RFC 7617).

use super::mac::{base64, hex};
use super::render::{headers, object, text};

const NAME: &str = "Authorization";

/// The pair of nearly every case, its base64 has both padding and a plus.
const USER: &str = "ci-user";
const PASSWORD: &str = "p\u{e4}ss>w0rd:?>~";

struct Case {
    name: String,
    user: String,
    password: String,
    headers: Vec<(&'static str, String)>,
    matches: bool,
}

pub(super) fn all() -> Vec<String> {
    let cases = [pairs(), schemes(), encodings(), wrong(), repeated()];
    cases.iter().flatten().map(Case::render).collect()
}

impl Case {
    fn render(&self) -> String {
        object(&[
            ("name", text(&self.name)),
            ("username", text(&self.user)),
            ("password", text(&self.password)),
            ("headers", headers(&self.headers)),
            ("matches", self.matches.to_string()),
        ])
    }
}

fn pair() -> String {
    format!("{USER}:{PASSWORD}")
}

/// The usual pair, expected, and the value of a header.
fn usual(name: &str, value: String, matches: bool) -> Case {
    Case {
        name: name.to_owned(),
        user: USER.to_owned(),
        password: PASSWORD.to_owned(),
        headers: vec![(NAME, value)],
        matches,
    }
}

/// Pairs of all shapes, shown as they are.
fn pairs() -> Vec<Case> {
    let long = "p".repeat(1024);
    let pairs = [
        ("genuine", USER, PASSWORD),
        ("of the RFC", "Aladdin", "open sesame"),
        ("of the RFC, with a pound sign", "test", "123\u{a3}"),
        ("a colon in the password", "user", "a:b:c"),
        ("a colon at the start of the password", "user", ":secret"),
        ("a password of colons", "user", "::::"),
        ("an empty password", "user", ""),
        ("an empty user name", "", "password"),
        ("one character each", "u", "p"),
        ("no padding needed", "user", "1"),
        ("blanks inside", "a user", "a pass word"),
        ("blanks around", " user ", " password "),
        ("UTF-8", "J\u{fc}rgen", "pa\u{df}wort \u{1f511}"),
        ("text like base64", "dXNlcg==", "cGFzcw=="),
        ("quotes and backslashes", "us\"er", "pa\\ss\"w'ord"),
        ("the password is the user name", "same", "same"),
        ("1024 bytes each", &long, &long),
    ];
    let case = |(name, user, password): &(&str, &str, &str)| Case {
        name: format!("pair: {name}"),
        user: (*user).to_owned(),
        password: (*password).to_owned(),
        headers: vec![(NAME, format!("Basic {}", base64(format!("{user}:{password}").as_bytes())))],
        matches: true,
    };
    pairs.iter().map(case).collect()
}

fn schemes() -> Vec<Case> {
    let encoded = base64(pair().as_bytes());
    let with = |name: &str, before: &str, matches| {
        usual(&format!("scheme: {name}"), format!("{before}{encoded}"), matches)
    };
    let mut lower = with("the name of the header in lower case", "Basic ", true);
    lower.headers[0].0 = "authorization";
    let mut upper = with("the name of the header in upper case", "Basic ", true);
    upper.headers[0].0 = "AUTHORIZATION";
    vec![
        lower,
        upper,
        with("in lower case", "basic ", true),
        with("in upper case", "BASIC ", true),
        with("in mixed case", "bAsIc ", true),
        with("two spaces", "Basic  ", true),
        with("many spaces", "Basic          ", true),
        with("spaces and tabs before it", " \t Basic ", true),
        usual("scheme: spaces and tabs after all", format!("Basic {encoded} \t"), true),
        with("a tab for the space", "Basic\t", false),
        with("a space and a tab", "Basic \t", false),
        with("a tab and a space", "Basic\t ", false),
        with("no space", "Basic", false),
        with("a colon for the space", "Basic:", false),
        with("an equals sign for the space", "Basic=", false),
        with("none", "", false),
        with("cut short", "Basi ", false),
        with("a letter more", "Basics ", false),
        with("twice", "Basic Basic ", false),
        with("another", "Bearer ", false),
        with("another of five letters", "Token ", false),
        with("Digest", "Digest ", false),
        with("in quotes", "\"Basic\" ", false),
        with("a parameter before the pair", "Basic realm=\"a\", ", false),
        usual("scheme: alone", "Basic".to_owned(), false),
        usual("scheme: alone, with a space", "Basic ".to_owned(), false),
        usual("scheme: an empty value", String::new(), false),
        usual("scheme: the pair in the clear", format!("Basic {USER}:password"), false),
    ]
}

fn encodings() -> Vec<Case> {
    let encoded = base64(pair().as_bytes());
    let inner = encoded.trim_end_matches('=');
    let padding = &encoded[inner.len()..];
    let half = encoded.len() / 2;
    let with = |name: &str, encoded: String| {
        usual(&format!("encoding: {name}"), format!("Basic {encoded}"), false)
    };
    vec![
        with("no padding", inner.to_owned()),
        with("one sign of padding too many", format!("{encoded}=")),
        with("one sign of padding too few", encoded[..encoded.len() - 1].to_owned()),
        with("padding in front", format!("{padding}{inner}")),
        with("trailing bits", format!("{}{padding}", dirty(inner))),
        with("base64url", encoded.replace('+', "-").replace('/', "_")),
        with("a blank inside", format!("{} {}", &encoded[..half], &encoded[half..])),
        with("a character after the padding", format!("{encoded}A")),
        with("four characters after the padding", format!("{encoded}AAAA")),
        with("a comma after it", format!("{encoded},")),
        with("a second pair after a comma", format!("{encoded}, Basic {encoded}")),
        with("a parameter after it", format!("{encoded}, charset=\"UTF-8\"")),
        with("a semicolon after it", format!("{encoded};")),
        with("an escaped line feed after it", format!("{encoded}\\n")),
        with("in quotes", format!("\"{encoded}\"")),
        with("percent-encoded padding", encoded.replace('=', "%3D")),
        with(
            "a sign that is not in the alphabet",
            format!("{}!{}", &encoded[..half], &encoded[half + 1..]),
        ),
        with("hexadecimal", hex(pair().as_bytes())),
        with("base64 twice", base64(encoded.as_bytes())),
        with("upper case", encoded.to_uppercase()),
        with("twice in a row", encoded.repeat(2)),
        with("padding alone", "====".to_owned()),
    ]
}

/// Another value in the last character, of which the padding drops the bit that is set.
fn dirty(inner: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (rest, last) = inner.split_at(inner.len() - 1);
    let value = ALPHABET.find(last).unwrap_or_default() | 1;
    format!("{rest}{}", &ALPHABET[value..=value])
}

fn wrong() -> Vec<Case> {
    let shown = |name: &str, pair: &[u8]| {
        usual(&format!("wrong: {name}"), format!("Basic {}", base64(pair)), false)
    };
    let text = |name: &str, pair: String| shown(name, pair.as_bytes());
    let latin_1: Vec<u8> =
        pair().chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
    vec![
        text("another user name", format!("other:{PASSWORD}")),
        text("another password", format!("{USER}:other")),
        text("user name in upper case", format!("{}:{PASSWORD}", USER.to_uppercase())),
        text("password in upper case", format!("{USER}:{}", PASSWORD.to_uppercase())),
        text("no password", format!("{USER}:")),
        text("no user name", format!(":{PASSWORD}")),
        text("no colon", format!("{USER}{PASSWORD}")),
        text("the user name alone", USER.to_owned()),
        text("a colon alone", ":".to_owned()),
        text("exchanged", format!("{PASSWORD}:{USER}")),
        text("a blank after the colon", format!("{USER}: {PASSWORD}")),
        text("a blank before the colon", format!("{USER} :{PASSWORD}")),
        text("a blank after it", format!("{} ", pair())),
        text("a line feed after it", format!("{}\n", pair())),
        text("a zero byte after it", format!("{}\0", pair())),
        text("a zero byte and more after it", format!("{}\0more", pair())),
        text("a zero byte for the colon", format!("{USER}\0{PASSWORD}")),
        text(
            "cut at the password's colon",
            format!("{USER}:{}", PASSWORD.split(':').next().unwrap_or_default()),
        ),
        text("the last character missing", pair()[..pair().len() - 1].to_owned()),
        text("a character more", format!("{}x", pair())),
        text("the first character missing", pair()[1..].to_owned()),
        text("two colons", format!("{USER}::{PASSWORD}")),
        text("a byte order mark before it", format!("\u{feff}{}", pair())),
        text("letters composed otherwise", pair().replace('\u{e4}', "a\u{308}")),
        shown("latin-1", &latin_1),
        text("the word undefined", "undefined:undefined".to_owned()),
        text("a wildcard", "*:*".to_owned()),
        text("10 kB", format!("{USER}:{}", "p".repeat(10_000))),
    ]
}

fn repeated() -> Vec<Case> {
    let right = format!("Basic {}", base64(pair().as_bytes()));
    let with = |name: &str, headers: &[(&'static str, &str)]| Case {
        headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        ..usual(&format!("headers: {name}"), String::new(), false)
    };
    let beside = with(
        "others beside it",
        &[("X-Authorization", "Basic AAAA"), (NAME, &right), ("Proxy-Authorization", "Basic AAAA")],
    );
    vec![
        Case { matches: true, ..beside },
        with("none", &[]),
        with("twice, the same", &[(NAME, &right), (NAME, &right)]),
        with("twice, in two cases", &[(NAME, &right), ("authorization", &right)]),
        with("right, then wrong", &[(NAME, &right), (NAME, "Basic dTpw")]),
        with("wrong, then right", &[(NAME, "Basic dTpw"), (NAME, &right)]),
        with("right, then empty", &[(NAME, &right), (NAME, "")]),
        with("another scheme, then right", &[(NAME, "Bearer abc"), (NAME, &right)]),
        with("in Proxy-Authorization", &[("Proxy-Authorization", &right)]),
        with("in X-Authorization", &[("X-Authorization", &right)]),
        with("in WWW-Authenticate", &[("WWW-Authenticate", &right)]),
        with("in Cookie", &[("Cookie", &right)]),
    ]
}
