//! Which body belongs to which event key, as far as bodies of Bitbucket Cloud tell.

use super::{Event, Payload, PullRequestState};
use crate::bitbucket::event::Fit;
use crate::event_key::KnownEventKey;

/// The parts that tell bodies apart.
const TELLING: [&str; 11] = [
    "/approval",
    "/changes",
    "/changes_request",
    "/comment",
    "/commit_status",
    "/fork",
    "/issue",
    "/pullrequest",
    "/push",
    "/repository",
    "/resourceSpans",
];

/// What bodies of a key look like.
struct Shape {
    /// The parts of [`TELLING`] that each of them has.
    has: &'static [&'static str],
    /// Those that one of them may have.
    may_have: &'static [&'static str],
    /// The states that its pull request cannot be in.
    never: &'static [PullRequestState],
}

pub(super) fn fit(event: &Event) -> Fit {
    let Some(shape) = event.key().known().and_then(Shape::of) else {
        return Fit::Unknown;
    };
    let body = event.payload();
    if let Some(path) = shape.has.iter().find(|path| !has(body, path)) {
        return Fit::Lacks { path };
    }
    let belongs = |path: &str| shape.has.contains(&path) || shape.may_have.contains(&path);
    if let Some(path) = TELLING.iter().find(|path| has(body, path) && !belongs(path)) {
        return Fit::Contradicts { path };
    }
    let state = event.pull_request().and_then(|request| request.state.as_ref());
    if state.is_some_and(|state| shape.never.contains(state)) {
        return Fit::Contradicts { path: "/pullrequest/state" };
    }
    Fit::Fits
}

fn has(body: &dyn Payload, path: &str) -> bool {
    body.has(path.trim_start_matches('/'))
}

impl Shape {
    const fn new(has: &'static [&'static str]) -> Self {
        Self { has, may_have: &[], never: &[] }
    }

    const fn may_have(self, may_have: &'static [&'static str]) -> Self {
        Self { may_have, ..self }
    }

    const fn never(self, never: &'static [PullRequestState]) -> Self {
        Self { never, ..self }
    }

    /// The shape of a key of Bitbucket Cloud's.
    fn of(key: KnownEventKey) -> Option<Self> {
        use KnownEventKey as Key;
        use PullRequestState::{Declined, Merged, Open, Superseded};

        Some(match key {
            Key::RepoPush => Self::new(&["/repository", "/push"]),
            Key::RepoFork => Self::new(&["/repository", "/fork"]),
            Key::RepoUpdated => Self::new(&["/repository", "/changes"]),
            Key::RepoTransfer | Key::RepoCreated | Key::RepoDeleted | Key::RepoImported => {
                Self::new(&["/repository"])
            }
            Key::RepoCommitCommentCreated => Self::new(&["/repository", "/comment"]),
            Key::RepoCommitStatusCreated | Key::RepoCommitStatusUpdated => {
                Self::new(&["/repository", "/commit_status"])
            }
            Key::PullrequestCreated => {
                Self::new(&["/repository", "/pullrequest"]).never(&[Merged, Declined, Superseded])
            }
            Key::PullrequestUpdated => {
                Self::new(&["/repository", "/pullrequest"]).may_have(&["/changes"])
            }
            Key::PullrequestPush => {
                Self::new(&["/repository", "/pullrequest"]).may_have(&["/push", "/changes"])
            }
            Key::PullrequestFulfilled => Self::new(&["/repository", "/pullrequest"])
                .may_have(&["/approval"])
                .never(&[Open, Declined, Superseded]),
            Key::PullrequestRejected => Self::new(&["/repository", "/pullrequest"])
                .may_have(&["/approval"])
                .never(&[Open, Merged]),
            Key::PullrequestApproved | Key::PullrequestUnapproved => {
                Self::new(&["/repository", "/pullrequest", "/approval"])
            }
            Key::PullrequestChangesRequestCreated | Key::PullrequestChangesRequestRemoved => {
                Self::new(&["/repository", "/pullrequest", "/changes_request"])
            }
            Key::PullrequestCommentCreated
            | Key::PullrequestCommentUpdated
            | Key::PullrequestCommentDeleted
            | Key::PullrequestCommentResolved
            | Key::PullrequestCommentReopened => {
                Self::new(&["/repository", "/pullrequest", "/comment"])
            }
            Key::IssueCreated => Self::new(&["/repository", "/issue"]),
            Key::IssueUpdated => {
                Self::new(&["/repository", "/issue"]).may_have(&["/changes", "/comment"])
            }
            Key::IssueCommentCreated => Self::new(&["/repository", "/issue", "/comment"]),
            Key::ProjectUpdated => Self::new(&[]).may_have(&["/changes"]),
            Key::PipelineSpanCreated => Self::new(&["/resourceSpans"]).may_have(&["/repository"]),
            _ => return None,
        })
    }
}
