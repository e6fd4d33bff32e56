//! What the fixtures of Bitbucket Data Center say.

use countersign::bitbucket::data_center::Event;
use countersign::bitbucket::data_center::event::{
    Change, ChangeKind, ParticipantStatus, PullRequestState,
};

use crate::{Sender, fixtures};

fn event(name: &str) -> Event {
    let fixture =
        fixtures::all(Sender::DataCenter).into_iter().find(|fixture| fixture.name == name);
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
    let event = event("repo-refs-changed");
    let change = only(&event);
    assert_eq!((change.name(), change.branch(), change.tag()), (Some("main"), Some("main"), None));
    assert_eq!(change.full_name(), Some("refs/heads/main"));
    assert_eq!(change.old_hash(), Some(&*hash("11")));
    assert_eq!(change.new_hash(), Some(&*hash("22")));
    assert!(!change.is_created() && !change.is_deleted());
    let repository = event.repository().expect("a repository");
    assert_eq!(repository.full_name().as_deref(), Some("ROC/rocket"));
    assert_eq!(repository.project_key(), Some("ROC"));
    let links = repository.links.as_ref().expect("links");
    assert_eq!(links.clone_href("ssh"), Some("ssh://git@git.example:7999/roc/rocket.git"));
    assert_eq!(links.clone_href("http"), Some("https://git.example/scm/roc/rocket.git"));
    assert_eq!(links.href("self"), Some("https://git.example/projects/ROC/repos/rocket/browse"));
    assert_eq!(event.actor().and_then(|actor| actor.name.as_deref()), Some("builder1"));
    assert_eq!(event.body_key(), Some("repo:refs_changed"));
}

#[test]
fn branches_and_tags_come_and_go() {
    let created = event("repo-refs-changed.branch-created");
    assert!(only(&created).is_created());
    assert_eq!(only(&created).branch(), Some("feature/größer"));
    assert_eq!(only(&created).old_hash(), None);
    let deleted = event("repo-refs-changed.branch-deleted");
    assert!(only(&deleted).is_deleted());
    assert_eq!(only(&deleted).new_hash(), None);
    assert_eq!(only(&deleted).old_hash(), Some(&*hash("33")));
    let created = event("repo-refs-changed.tag-created");
    assert_eq!((only(&created).tag(), only(&created).branch()), (Some("v1.0"), None));
    let deleted = event("repo-refs-changed.tag-deleted");
    assert_eq!(only(&deleted).full_name(), Some("refs/tags/v0.9"));
    assert!(event("repo-refs-changed.no-changes").changes().is_empty());
    let several = event("repo-refs-changed.several");
    let names: Vec<_> = several.changes().iter().filter_map(Change::name).collect();
    assert_eq!(names, ["main", "release/1", "v1.1"]);
}

#[test]
fn both_forms_of_time_are_the_same_moment() {
    let moment = |event: &Event| {
        let Event::RepoRefsChanged(push) = event else { panic!("another event") };
        let commit = push.to_commit.as_ref().expect("a commit");
        commit.committer_timestamp.as_ref().and_then(|time| time.unix_ms())
    };
    let (number, text) = (event("repo-refs-changed"), event("repo-refs-changed.iso-timestamps"));
    assert_eq!(moment(&number), Some(1_772_451_757_000));
    assert_eq!(moment(&number), moment(&text));
    let date = number.date().and_then(|date| date.unix_ms());
    assert_eq!(date, Some(1_772_451_757_000));
    let opened = |name| {
        let event = event(name);
        event.pull_request().and_then(|request| request.created_date.as_ref()?.unix_ms())
    };
    assert_eq!(opened("pr-opened"), Some(1_772_452_800_285));
    assert_eq!(opened("pr-opened"), opened("pr-opened.iso-timestamps"));
}

#[test]
fn what_is_new_is_no_error() {
    let event = event("repo-refs-changed.new-fields");
    assert_eq!(only(&event).kind, Some(ChangeKind::Other("FORCE".into())));
    assert!(!only(&event).is_created() && !only(&event).is_deleted());
    let repository = event.repository().expect("a repository");
    let links = repository.links.as_ref().expect("links");
    assert_eq!((links.clone_href("ssh"), links.href("self")), (None, None));
    assert_eq!(repository.full_name().as_deref(), Some("ROC/rocket"));
    let project = repository.project.as_ref().expect("a project");
    assert!(project.links.is_none() && project.other["links"].is_array());
    assert!(event.date().is_none(), "an object is no time, and is kept");
}

#[test]
fn a_pull_request_names_its_sides() {
    let opened = event("pr-opened");
    let request = opened.pull_request().expect("a pull request");
    assert_eq!((request.id, request.state.clone()), (Some(42), Some(PullRequestState::Open)));
    assert_eq!(request.source_branch(), Some("feature/steer"));
    assert_eq!(request.destination_branch(), Some("main"));
    assert_eq!(request.source_hash(), Some(&*hash("33")));
    assert_eq!(request.destination_hash(), Some(&*hash("22")));
    assert_eq!((request.is_from_fork(), request.merge_hash()), (false, None));
    let repository = opened.repository().and_then(|repository| repository.full_name());
    assert_eq!(repository.as_deref(), Some("ROC/rocket"));
    let fork = event("pr-opened.from-fork");
    assert!(fork.pull_request().is_some_and(|request| request.is_from_fork()));
    let tag = event("pr-opened.from-tag");
    assert_eq!(tag.pull_request().and_then(|request| request.source_branch()), Some("v1.0"));
    let merged = event("pr-merged");
    let merge = merged.pull_request().and_then(|request| request.merge_hash());
    assert_eq!(merge, Some(&*hash("66")));
}

#[test]
fn edits_and_reviews_are_parts_of_their_events() {
    let Event::PrModified(modified) = event("pr-modified") else { panic!("another event") };
    assert_eq!(modified.previous_title.as_deref(), Some("Steer"));
    assert_eq!(modified.previous_description, None);
    let target = modified.previous_target.and_then(|target| target.display_id);
    assert_eq!(target.as_deref(), Some("release/1"));
    let Event::PrFromRefUpdated(pushed) = event("pr-from-ref-updated") else {
        panic!("another event")
    };
    assert_eq!(pushed.previous_from_hash, Some(hash("32")));
    let Event::PrReviewerNeedsWork(review) = event("pr-reviewer-needs-work") else {
        panic!("another event")
    };
    let status = review.participant.and_then(|participant| participant.status);
    assert_eq!(status, Some(ParticipantStatus::NeedsWork));
    assert_eq!(review.previous_status, Some(ParticipantStatus::Unapproved));
    let Event::PrReviewerUpdated(reviewers) = event("pr-reviewer-updated") else {
        panic!("another event")
    };
    assert_eq!(reviewers.added_reviewers.map(|added| added.len()), Some(1));
    assert_eq!(reviewers.removed_reviewers, Some(Vec::new()));
}

#[test]
fn comments_have_text_answers_and_what_they_were() {
    let Event::RepoCommentEdited(edited) = event("repo-comment-edited") else {
        panic!("another event")
    };
    assert_eq!(edited.previous_comment.as_deref(), Some("Größer!"));
    assert_eq!(edited.commit, Some(hash("22")));
    let deleted = event("repo-comment-deleted");
    let comment = deleted.comment().expect("a comment");
    let answer = &comment.comments.as_ref().expect("answers")[0];
    assert_eq!((comment.id, answer.id), (Some(146), Some(147)));
    let Event::PrCommentAdded(added) = event("pr-comment-added") else { panic!("another event") };
    assert_eq!(added.comment_parent_id, Some(165));
}

#[test]
fn the_other_families_have_their_parts() {
    let forked = event("repo-forked");
    let fork = forked.repository().expect("a repository");
    assert_eq!(fork.full_name().as_deref(), Some("~builder2/rocket"));
    let origin = fork.origin.as_ref().and_then(|origin| origin.full_name());
    assert_eq!(origin.as_deref(), Some("ROC/rocket"));

    let modified = event("repo-modified");
    assert_eq!(modified.repository().and_then(|now| now.slug.as_deref()), Some("rocket"));

    let secret = event("repo-secret-detected");
    assert_eq!(secret.repository().and_then(|found| found.slug.as_deref()), Some("rocket"));
    let Event::RepoSecretDetected(secret) = secret else { panic!("another event") };
    let locations = secret.secret_locations.expect("locations");
    assert_eq!((locations[0].line, locations[0].commit_id.clone()), (Some(12), Some(hash("22"))));

    let Event::MirrorRepoSynchronized(mirror) = event("mirror-repo-synchronized.ref-limit") else {
        panic!("another event")
    };
    assert_eq!((mirror.ref_limit_exceeded, mirror.actor), (Some(true), None));

    let Event::ProjectModified(project) = event("project-modified") else {
        panic!("another event")
    };
    let names = [project.old, project.new].map(|project| project.and_then(|project| project.name));
    assert_eq!(names, [Some("Rockets".into()), Some("Rockets & Landers".into())]);

    let Event::DiagnosticsPing(ping) = event("diagnostics-ping") else { panic!("another event") };
    assert_eq!(ping.test, Some(true));
}
