//! Whether a body is told from one of another key.

use countersign::bitbucket::event::Fit;

use crate::fixtures::{self, Fixture};
use crate::{Sender, key};

/// The groups of keys whose bodies look alike at Bitbucket Cloud.
const ALIKE: [&[&str]; 6] = [
    &["repo-transfer", "repo-created", "repo-deleted", "repo-imported"],
    &["repo-commit-status-created", "repo-commit-status-updated"],
    &["pullrequest-created", "pullrequest-updated", "pullrequest-push"],
    &["pullrequest-approved", "pullrequest-unapproved"],
    &["pullrequest-changes-request-created", "pullrequest-changes-request-removed"],
    &[
        "pullrequest-comment-created",
        "pullrequest-comment-updated",
        "pullrequest-comment-deleted",
        "pullrequest-comment-resolved",
        "pullrequest-comment-reopened",
    ],
];

/// A body of the first key that cannot be told from one of the second.
const LOOKS_LIKE: [(&str, &str); 6] = [
    ("pullrequest-fulfilled", "pullrequest-updated"),
    ("pullrequest-fulfilled", "pullrequest-push"),
    ("pullrequest-rejected", "pullrequest-updated"),
    ("pullrequest-rejected", "pullrequest-push"),
    ("issue-comment-created", "issue-updated"),
    ("issue-created", "issue-updated"),
];

fn plain(sender: Sender) -> Vec<Fixture> {
    fixtures::all(sender).into_iter().filter(|fixture| !fixture.name.contains('.')).collect()
}

#[test]
fn a_cloud_body_under_another_key_is_told_unless_they_look_alike() {
    for body in plain(Sender::Cloud) {
        for other in plain(Sender::Cloud) {
            let parsed = Sender::Cloud.parse(&other.key.into(), body.text.as_bytes());
            let pair = (body.name.as_str(), other.name.as_str());
            let alike = body.name == other.name
                || LOOKS_LIKE.contains(&pair)
                || ALIKE.iter().any(|group| group.contains(&pair.0) && group.contains(&pair.1));
            let fits = parsed.is_ok_and(|parsed| parsed.fit == Fit::Fits);
            assert_eq!(fits, alike, "a body of {} under the key of {}", body.name, other.name);
        }
    }
}

#[test]
fn a_data_center_body_under_another_key_is_always_told() {
    for body in plain(Sender::DataCenter) {
        for other in plain(Sender::DataCenter) {
            let parsed = Sender::DataCenter.parse(&other.key.into(), body.text.as_bytes());
            let fits = parsed.is_ok_and(|parsed| parsed.fit == Fit::Fits);
            assert_eq!(fits, body.name == other.name, "{} under {}", body.name, other.name);
        }
    }
}

#[test]
fn what_is_lacking_or_wrong_is_named() {
    let fit = |sender: Sender, name: &str, body: &str| {
        sender.parse(&key(name), body.as_bytes()).expect("an event").fit
    };
    let cloud = |name, body| fit(Sender::Cloud, name, body);
    assert_eq!(
        cloud("repo:push", r#"{"repository":{},"push":null}"#),
        Fit::Lacks { path: "/push" }
    );
    assert_eq!(cloud("repo:deleted", "{}"), Fit::Lacks { path: "/repository" });
    assert_eq!(
        cloud("pullrequest:approved", r#"{"repository":{},"pullrequest":{}}"#),
        Fit::Lacks { path: "/approval" }
    );
    assert_eq!(
        cloud("repo:created", r#"{"repository":{},"resourceSpans":[]}"#),
        Fit::Contradicts { path: "/resourceSpans" }
    );
    let state = Fit::Contradicts { path: "/pullrequest/state" };
    assert_eq!(
        cloud("pullrequest:created", r#"{"repository":{},"pullrequest":{"state":"MERGED"}}"#),
        state
    );
    assert_eq!(
        cloud("pullrequest:fulfilled", r#"{"repository":{},"pullrequest":{"state":"OPEN"}}"#),
        state
    );
    assert_eq!(
        cloud("pullrequest:rejected", r#"{"repository":{},"pullrequest":{"state":"MERGED"}}"#),
        state
    );
    assert_eq!(
        cloud("pullrequest:fulfilled", r#"{"repository":{},"pullrequest":{"state":"NEW"}}"#),
        Fit::Fits
    );

    let data_center = |name, body| fit(Sender::DataCenter, name, body);
    let differs = Fit::Contradicts { path: "/eventKey" };
    assert_eq!(data_center("pr:merged", r#"{"eventKey":"pr:opened"}"#), differs);
    assert_eq!(data_center("pr:merged", "{}"), Fit::Lacks { path: "/eventKey" });
    let no_ping = r#"{"test":true,"eventKey":"pr:opened"}"#;
    assert_eq!(data_center("diagnostics:ping", no_ping), differs);
    assert_eq!(data_center("pr:new", "{}"), Fit::Unknown);
    assert_eq!(data_center("pr:new", r#"{"eventKey":"pr:new"}"#), Fit::Fits);
    assert_eq!(data_center("pr:new", r#"{"eventKey":"pr:opened"}"#), differs);
}
