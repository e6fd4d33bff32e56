//! What all bodies of Bitbucket Data Center have in common.

use serde_json::Value;

use super::{Change, Comment, PullRequest, Repository, Timestamp, User};
use crate::bitbucket::event::UnknownEvent;

/// The body of an event. Most parts are in some bodies only.
pub(super) trait Payload {
    fn event_key(&self) -> Option<&str>;

    fn to_json(&self) -> Value;

    fn has(&self, part: &str) -> bool;

    fn date(&self) -> Option<&Timestamp> {
        None
    }

    fn actor(&self) -> Option<&User> {
        None
    }

    fn repository(&self) -> Option<&Repository> {
        self.pull_request()?.repository()
    }

    fn changes(&self) -> &[Change] {
        &[]
    }

    fn pull_request(&self) -> Option<&PullRequest> {
        None
    }

    fn comment(&self) -> Option<&Comment> {
        None
    }
}

impl Payload for UnknownEvent {
    fn event_key(&self) -> Option<&str> {
        self.body.get("eventKey")?.as_str()
    }

    fn to_json(&self) -> Value {
        Value::Object(self.body.clone())
    }

    fn has(&self, part: &str) -> bool {
        self.has(part)
    }
}

/// Declares which parts the body of an event has.
macro_rules! payload {
    ($name:ident: $($part:ident)*) => {
        impl $crate::bitbucket::data_center::event::payload::Payload for $name {
            fn event_key(&self) -> Option<&str> {
                self.event_key.as_deref()
            }

            fn to_json(&self) -> serde_json::Value {
                $crate::bitbucket::event::Part::write(self)
            }

            fn has(&self, part: &str) -> bool {
                $crate::bitbucket::event::Object::has(self, part)
            }

            $($crate::bitbucket::data_center::event::payload::part!($part);)*
        }
    };
}

macro_rules! part {
    (date) => {
        fn date(&self) -> Option<&$crate::bitbucket::event::Timestamp> {
            self.date.as_ref()
        }
    };
    (actor) => {
        fn actor(&self) -> Option<&$crate::bitbucket::data_center::event::User> {
            self.actor.as_deref()
        }
    };
    (repository) => {
        fn repository(&self) -> Option<&$crate::bitbucket::data_center::event::Repository> {
            self.repository.as_deref()
        }
    };
    (new_repository) => {
        fn repository(&self) -> Option<&$crate::bitbucket::data_center::event::Repository> {
            self.new.as_deref()
        }
    };
    (first_repository) => {
        fn repository(&self) -> Option<&$crate::bitbucket::data_center::event::Repository> {
            self.first_repository()
        }
    };
    (changes) => {
        fn changes(&self) -> &[$crate::bitbucket::data_center::event::Change] {
            self.changes.as_deref().unwrap_or_default()
        }
    };
    (pull_request) => {
        fn pull_request(&self) -> Option<&$crate::bitbucket::data_center::event::PullRequest> {
            self.pull_request.as_deref()
        }
    };
    (comment) => {
        fn comment(&self) -> Option<&$crate::bitbucket::data_center::event::Comment> {
            self.comment.as_deref()
        }
    };
}

pub(super) use {part, payload};
