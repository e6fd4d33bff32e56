//! What the events of both products share: why a body cannot be read, whether it fits its event key,
//! times and links. The events themselves are [`cloud::Event`](super::cloud::Event) and
//! [`data_center::Event`](super::data_center::Event).
//!
//! Reading never panics, whatever the body. JSON nests at most [`EVENT_DEPTH_MAX`] deep. The length
//! of a body is the caller's to bound, and its signature the caller's to check: the parts of a
//! hostile one can take about a hundred times its bytes in memory.
//!
//! # What is kept
//!
//! An event writes back every value that it read: as a [`Value`](serde_json::Value) it is equal to
//! the body that it was read from. A field that is `None` was absent or null; a null stays in
//! `other` of its part, and so does every field that the part does not name. A word that an enum does
//! not name is kept in its `Other`.
//!
//! A field of another type is an error, [`EventError::WrongType`], with three exceptions: a
//! [`Timestamp`], [`Links`] and [`Changes`] of another type are `None`, and stay in `other` too.
//!
//! Not kept are white space, the order of an object's fields, and of fields with one name all but the
//! last. Numbers are exact from -2^63 to 2^64 - 1 when whole; others are the nearest 64-bit float.

mod body;
mod changes;
mod declare;
mod fit;
mod links;
mod part;
mod timestamp;
mod unknown;

pub use body::{EVENT_DEPTH_MAX, EventError};
pub use changes::Changes;
pub use fit::Fit;
pub use links::Links;
pub use part::Expected;
pub use timestamp::Timestamp;
pub use unknown::UnknownEvent;

pub(crate) use body::object_of;
pub(crate) use declare::{events, named, object, serialize, words};
pub(crate) use part::{Misread, Object, Part, put, take};
