//! What all bodies of Bitbucket Cloud have in common.

use serde_json::Value;

use super::{Account, Change, Comment, PullRequest, Repository};
use crate::bitbucket::event::UnknownEvent;

/// The body of an event. Most parts are in some bodies only.
pub(super) trait Payload {
    fn has(&self, part: &str) -> bool;

    fn to_json(&self) -> Value;

    fn actor(&self) -> Option<&Account> {
        None
    }

    fn repository(&self) -> Option<&Repository> {
        None
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
    fn has(&self, part: &str) -> bool {
        self.has(part)
    }

    fn to_json(&self) -> Value {
        Value::Object(self.body.clone())
    }
}

/// Declares which parts the body of an event has.
macro_rules! payload {
    ($name:ident: $($part:ident)*) => {
        impl $crate::bitbucket::cloud::event::payload::Payload for $name {
            fn has(&self, part: &str) -> bool {
                $crate::bitbucket::event::Object::has(self, part)
            }

            fn to_json(&self) -> serde_json::Value {
                $crate::bitbucket::event::Part::write(self)
            }

            $($crate::bitbucket::cloud::event::payload::part!($part);)*
        }
    };
}

macro_rules! part {
    (actor) => {
        fn actor(&self) -> Option<&$crate::bitbucket::cloud::event::Account> {
            self.actor.as_deref()
        }
    };
    (repository) => {
        fn repository(&self) -> Option<&$crate::bitbucket::cloud::event::Repository> {
            self.repository.as_deref()
        }
    };
    (changes) => {
        fn changes(&self) -> &[$crate::bitbucket::cloud::event::Change] {
            self.changes()
        }
    };
    (pull_request) => {
        fn pull_request(&self) -> Option<&$crate::bitbucket::cloud::event::PullRequest> {
            self.pullrequest.as_deref()
        }
    };
    (comment) => {
        fn comment(&self) -> Option<&$crate::bitbucket::cloud::event::Comment> {
            self.comment.as_deref()
        }
    };
}

pub(super) use {part, payload};
