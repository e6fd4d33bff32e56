//! What an event, a source, a webhook, a delivery and an attempt are; the delivery's state
//! machine, retry policy and breaker; and the traits that a store implements.
//!
//! Pure: this crate knows no SQL, no HTTP, no serialisation and no runtime. It reads no clock and
//! draws no randomness by itself: both are parameters ([`Clock`], [`Randomness`]), so that tests
//! can drive the real decisions with time that stands still.
//!
//! The driver of these decisions is the server's `dispatch`; the embedded store is
//! `store-sqlite`. Every store passes the conformance suite in `testkit`.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attempt;
pub mod breaker;
pub mod catalogue;
pub mod delivery;
pub mod event;
pub mod id;
pub mod job;
pub mod rate;
pub mod schedule;
pub mod scope;
pub mod source;
pub mod store;
pub mod time;
pub mod trigger;
pub mod webhook;

pub use attempt::{Attempt, Outcome, Response, SentRequest};
pub use breaker::{Breaker, Permit};
pub use catalogue::Catalogue;
pub use delivery::{AttemptReport, Delivery, FailReason, Next, Status};
pub use event::{Event, EventFacts, KeptHeaders, Marks};
pub use id::{AttemptId, DeliveryId, EventId, IdGenerator, SecretId, SourceId, TokenId, WebhookId};
pub use job::{BulkAct, Job, JobNumber, JobState, Lost, Recovery, Tally};
pub use rate::{Pace, RateLimit};
pub use schedule::RetryPolicy;
pub use scope::Scope;
pub use source::{SealedBasicAuth, SealedSecret, Source, SourceName};
pub use store::{Store, StoreError};
pub use time::{Clock, Randomness, Timestamp};
pub use trigger::Trigger;
pub use webhook::{SignaturePolicy, Webhook, WebhookDialect};
