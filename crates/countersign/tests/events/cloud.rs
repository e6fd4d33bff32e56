//! What the fixtures of Bitbucket Cloud say.

use countersign::bitbucket::cloud::Event;
use countersign::bitbucket::cloud::event::{
    BuildState, Change, ParticipantRole, PullRequestState, RefKind,
};

use crate::{Sender, fixtures};

fn event(name: &str) -> Event {
    let fixture = fixtures::all(Sender::Cloud).into_iter().find(|fixture| fixture.name == name);
    let fixture = fixture.unwrap_or_else(|| panic!("no fixture {name}"));
    Event::parse(&fixture.key.into(), fixture.text.as_bytes()).expect("an event")
}

fn only(event: &Event) -> &Change {
    let [change] = event.changes() else { panic!("{} changes", event.changes().len()) };
    change
}

fn hash(byte: &str) -> String {
    byte.repeat(20)
}

#[test]
fn a_push_names_branch_hashes_repository_and_actor() {
    let event = event("repo-push");
    let change = only(&event);
    assert_eq!((change.name(), change.branch(), change.tag()), (Some("main"), Some("main"), None));
    assert_eq!(change.full_name().as_deref(), Some("refs/heads/main"));
    assert_eq!(change.old_hash(), Some(&*hash("11")));
    assert_eq!(change.new_hash(), Some(&*hash("22")));
    assert!(!change.is_created() && !change.is_deleted());
    assert!(!change.is_forced() && !change.is_truncated());
    let repository = event.repository().expect("a repository");
    assert_eq!(repository.full_name.as_deref(), Some("acme/rocket"));
    assert_eq!((repository.workspace_slug(), repository.slug()), (Some("acme"), Some("rocket")));
    let links = repository.links.as_ref().expect("links");
    assert_eq!(links.href("html"), Some("https://bitbucket.org/acme/rocket"));
    let actor = event.actor().expect("an actor");
    assert_eq!(actor.display_name.as_deref(), Some("Builder One"));
    let commit = &change.commits.as_ref().expect("commits")[0];
    assert_eq!(commit.message.as_deref(), Some("Räder prüfen – 2,345 € ✓ 🚀\n"));
    let date = commit.date.as_ref().and_then(|date| date.unix_ms());
    assert_eq!(date, Some(1_772_451_757_000));
    assert!(event.pull_request().is_none() && event.comment().is_none());
}

#[test]
fn branches_and_tags_come_and_go() {
    let created = event("repo-push.branch-created");
    let change = only(&created);
    assert!(change.is_created() && !change.is_deleted());
    assert_eq!(change.full_name().as_deref(), Some("refs/heads/feature/größer"));
    assert_eq!(change.old_hash(), None);

    let deleted = event("repo-push.branch-deleted");
    let change = only(&deleted);
    assert!(change.is_deleted() && !change.is_created());
    assert_eq!((change.branch(), change.new_hash()), (Some("feature/old"), None));
    assert_eq!(change.old_hash(), Some(&*hash("22")));

    let created = event("repo-push.tag-created");
    let change = only(&created);
    assert!(change.is_created());
    assert_eq!((change.tag(), change.branch()), (Some("v1.0"), None));
    assert_eq!(change.full_name().as_deref(), Some("refs/tags/v1.0"));
    let tag = change.new.as_ref().expect("a tag");
    assert_eq!(tag.message.as_deref(), Some("First release ✓\n"));
    assert!(tag.tagger.as_ref().is_some_and(|tagger| tagger.user.is_some()));

    let deleted = event("repo-push.tag-deleted");
    assert!(only(&deleted).is_deleted());
    assert_eq!(only(&deleted).tag(), Some("v0.9"));
}

#[test]
fn a_push_can_hold_no_several_and_truncated_changes() {
    assert!(event("repo-push.no-changes").changes().is_empty());
    let several = event("repo-push.truncated");
    let [main, release, tag] = several.changes() else { panic!("not three") };
    assert!(main.is_truncated() && !main.is_forced());
    assert_eq!(main.commits.as_ref().map(Vec::len), Some(5));
    assert!(release.is_forced() && !release.is_truncated());
    assert_eq!(tag.tag(), Some("build-7"));
}

#[test]
fn what_is_missing_or_new_is_no_error() {
    let sparse = event("repo-push.sparse");
    assert!(only(&sparse).is_created());
    let repository = sparse.repository().expect("a repository");
    assert_eq!((repository.full_name.as_deref(), repository.slug()), (None, None));
    let links = repository.links.as_ref().expect("links");
    assert_eq!(links.clone_href("https"), None);
    assert!(links.as_map()["clone"].is_string());

    let new = event("repo-push.new-fields");
    let change = only(&new);
    let kind = change.new.as_ref().and_then(|branch| branch.kind.clone());
    assert_eq!(kind, Some(RefKind::Other("twig".into())));
    assert_eq!((change.name(), change.branch(), change.full_name()), (Some("main"), None, None));
    assert_eq!(change.other["weight"].as_u64(), Some(u64::MAX));
}

#[test]
fn a_pull_request_names_its_sides() {
    let event = event("pullrequest-created");
    let request = event.pull_request().expect("a pull request");
    assert_eq!((request.id, request.state.clone()), (Some(42), Some(PullRequestState::Open)));
    assert_eq!(request.source_branch(), Some("feature/steer"));
    assert_eq!(request.destination_branch(), Some("main"));
    assert_eq!(request.source_hash(), Some("333333333333"));
    assert_eq!(request.destination_hash(), Some("222222222222"));
    assert!(!request.is_from_fork());
    let participant = &request.participants.as_ref().expect("participants")[0];
    assert_eq!(participant.role, Some(ParticipantRole::Reviewer));
    assert_eq!(participant.state, None);
    let created = request.created_on.as_ref().and_then(|created| created.unix_ms());
    assert_eq!(created, Some(1_772_452_800_285));
}

#[test]
fn forks_are_told_and_one_that_is_gone_is_no_error() {
    let fork = event("pullrequest-created.from-fork");
    assert!(fork.pull_request().is_some_and(|request| request.is_from_fork()));
    let gone = event("pullrequest-created.fork-gone");
    let request = gone.pull_request().expect("a pull request");
    assert_eq!((request.source_branch(), request.source_hash()), (Some("feature/steer"), None));
    assert!(!request.is_from_fork());
}

#[test]
fn a_merged_one_has_a_merge_commit_and_a_declined_one_a_reason() {
    let merged = event("pullrequest-fulfilled");
    let request = merged.pull_request().expect("a pull request");
    assert_eq!(request.state, Some(PullRequestState::Merged));
    let merge = request.merge_commit.as_ref().and_then(|commit| commit.hash.as_deref());
    assert_eq!(merge, Some("666666666666"));
    let declined = event("pullrequest-rejected");
    let request = declined.pull_request().expect("a pull request");
    assert_eq!(request.reason.as_deref(), Some("Straight on is better"));
}

#[test]
fn reviews_and_comments_are_parts_of_their_events() {
    let Event::PullrequestApproved(approved) = event("pullrequest-approved") else {
        panic!("another event")
    };
    assert!(approved.approval.is_some_and(|approval| approval.user.is_some()));
    let Event::PullrequestChangesRequestCreated(asked) =
        event("pullrequest-changes-request-created")
    else {
        panic!("another event")
    };
    assert!(asked.changes_request.is_some_and(|request| request.date.is_some()));

    let resolved = event("pullrequest-comment-resolved");
    let comment = resolved.comment().expect("a comment");
    assert!(comment.resolution.is_some());
    let inline = comment.inline.as_ref().expect("a place");
    assert_eq!(
        (inline.path.as_deref(), inline.from, inline.to),
        (Some("src/steer.rs"), Some(7), None)
    );
    let deleted = event("pullrequest-comment-deleted");
    assert_eq!(deleted.comment().and_then(|comment| comment.deleted), Some(true));
    let updated = event("pullrequest-comment-updated");
    let time = updated.comment().and_then(|comment| comment.updated_on.as_ref());
    assert_eq!(time.and_then(|time| time.unix_ms()), Some(1_772_453_460_500));
}

#[test]
fn the_other_families_have_their_parts() {
    let Event::RepoFork(fork) = event("repo-fork") else { panic!("another event") };
    let parent = fork.fork.and_then(|fork| fork.parent).and_then(|parent| parent.full_name);
    assert_eq!(parent.as_deref(), Some("acme/rocket"));

    let Event::RepoUpdated(updated) = event("repo-updated") else { panic!("another event") };
    let changes = updated.changes.expect("changes");
    assert_eq!(changes.fields().count(), 6);
    assert_eq!(changes.before("name").and_then(|name| name.as_str()), Some("firework"));

    let Event::RepoCommitStatusUpdated(status) = event("repo-commit-status-updated") else {
        panic!("another event")
    };
    let status = status.commit_status.expect("a status");
    assert_eq!(
        (status.state, status.key.as_deref()),
        (Some(BuildState::Successful), Some("build-7"))
    );

    let Event::IssueUpdated(issue) = event("issue-updated") else { panic!("another event") };
    assert!(issue.comment.is_some() && issue.changes.is_some());
    assert_eq!(issue.issue.and_then(|issue| issue.state).as_deref(), Some("on hold"));

    let Event::ProjectUpdated(project) = event("project-updated") else { panic!("another event") };
    assert_eq!(project.project.and_then(|project| project.key).as_deref(), Some("ROC"));
}

#[test]
fn spans_are_found_with_their_times_and_attributes() {
    let Event::PipelineSpanCreated(spans) = event("pipeline-span-created") else {
        panic!("another event")
    };
    let spans: Vec<_> = spans.spans().collect();
    let [run, step] = spans[..] else { panic!("not two") };
    assert_eq!(run.name.as_deref(), Some("bbc.pipeline_run"));
    assert_eq!(run.text("pipeline.target.ref_name"), Some("main"));
    assert_eq!(run.text("pipeline.build_number"), None);
    assert_eq!(run.start_unix_ns(), Some(1_772_451_757_000_000_001));
    assert_eq!(step.end_unix_ns(), Some(1_772_451_816_000_000_000));
    assert_eq!(step.parent_span_id, run.span_id);
}
