//! Triggers: which event keys a webhook asks for.

use std::{fmt, str::FromStr};

use countersign::EventKey;

/// The most triggers that a webhook has.
pub const TRIGGERS_MAX: usize = 128;

/// How the keys of Countersign's own events begin.
pub const OWN_KEYS: &str = "countersign:";

/// One entry of a webhook's `events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `*`: every event but Countersign's own, which are asked for by name.
    Every,
    /// `pullrequest:*`: every key that begins so. Holds the text before the `*`.
    Prefix(String),
    /// One event key.
    Key(EventKey),
}

/// A text that is no trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a trigger is an event key such as `repo:push`, a beginning such as `pullrequest:*`, or `*`"
)]
pub struct TriggerError;

impl Trigger {
    /// Whether an event of this key is asked for.
    pub fn matches(&self, key: &EventKey) -> bool {
        match self {
            Trigger::Every => !key.as_str().starts_with(OWN_KEYS),
            Trigger::Prefix(prefix) => key.as_str().starts_with(prefix.as_str()),
            Trigger::Key(wanted) => wanted == key,
        }
    }
}

impl FromStr for Trigger {
    type Err = TriggerError;

    fn from_str(text: &str) -> Result<Trigger, TriggerError> {
        if text == "*" {
            return Ok(Trigger::Every);
        }
        match text.strip_suffix('*') {
            // What stands before the star has to be a key by itself, up to its last character.
            Some(prefix) => match EventKey::parse(prefix) {
                Ok(_) => Ok(Trigger::Prefix(prefix.to_owned())),
                Err(_) => Err(TriggerError),
            },
            None => EventKey::parse(text).map(Trigger::Key).map_err(|_| TriggerError),
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Every => f.write_str("*"),
            Trigger::Prefix(prefix) => write!(f, "{prefix}*"),
            Trigger::Key(key) => f.write_str(key.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_match_as_written() {
        let key = EventKey::parse("pullrequest:created").unwrap();
        let matches = |text: &str| text.parse::<Trigger>().unwrap().matches(&key);
        assert!(matches("*"));
        assert!(matches("pullrequest:*"));
        assert!(matches("pullrequest:created"));
        assert!(!matches("pullrequest:create"));
        assert!(!matches("repo:*"));
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in ["", "**", "a b", "*:push", "a*b", "repo:push\n"] {
            assert_eq!(bad.parse::<Trigger>(), Err(TriggerError), "{bad:?}");
        }
    }
}
