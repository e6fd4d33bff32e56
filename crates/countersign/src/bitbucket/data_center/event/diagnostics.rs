//! `diagnostics:ping`: somebody pressed "Test connection".

use alloc::string::String;

use super::{object, payload};

object! {
    /// `diagnostics:ping`. Its body is `{"test": true}`, never signed.
    pub struct Ping {
        /// Not sent by Bitbucket; where it is there, it is another event's body.
        pub event_key: Option<String> = "eventKey",
        /// `true`.
        pub test: Option<bool>,
    }
}

payload!(Ping:);
