//! The deepest body that is read takes little stack.

use std::thread;

use countersign::bitbucket::event::{EVENT_DEPTH_MAX, EventError};

use crate::{Sender, key};

const STACK_BYTES: usize = 512 * 1024;

/// The same field in itself, `levels` objects in all.
fn nested(field: &str, levels: usize) -> String {
    format!("{{\"{field}\":").repeat(levels - 1) + "{}" + &"}".repeat(levels - 1)
}

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(test);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn the_deepest_known_parts_are_read_written_and_dropped() {
    on_a_small_stack(|| {
        let parents = nested("parent", EVENT_DEPTH_MAX - 1);
        let body = format!("{{\"repository\":{parents}}}");
        let parsed = Sender::Cloud.parse(&key("repo:created"), body.as_bytes());
        assert_eq!(parsed.expect("an event").json.to_string(), body);

        let origins = nested("origin", EVENT_DEPTH_MAX - 1);
        let body = format!("{{\"repository\":{origins}}}");
        let parsed = Sender::DataCenter.parse(&key("repo:forked"), body.as_bytes());
        assert_eq!(parsed.expect("an event").json.to_string(), body);

        let answers = "{\"comments\":[".repeat(62) + "{}" + &"]}".repeat(62);
        let body = format!("{{\"comment\":{answers}}}");
        let parsed = Sender::DataCenter.parse(&key("pr:comment:added"), body.as_bytes());
        assert_eq!(parsed.expect("an event").json.to_string(), body);
    });
}

#[test]
fn one_level_more_is_too_deep() {
    let body = format!("{{\"repository\":{}}}", nested("parent", EVENT_DEPTH_MAX));
    for sender in Sender::ALL {
        let refused = sender.parse(&key("repo:created"), body.as_bytes());
        assert_eq!(refused.err(), Some(EventError::TooDeep));
    }
}
