//! The suite that every store passes.
//!
//! Each case is a function of its own with a [`Rig`], so that a failure names the promise that was
//! broken. A store's crate runs all of them with one line:
//!
//! ```text
//! testkit::conformance!(MyRig::new());
//! ```
//!
//! Cases use the traits alone: they know no SQL and no files. Moments come from
//! [`crate::samples::Samples`].

use std::{future::Future, sync::Arc};

use pipeline::Store;

pub mod accept;
pub mod bulk;
pub mod catalogue;
pub mod dispatch;
pub mod duplicates;
pub mod history;
pub mod lists;
pub mod model;
pub mod recovery;
pub mod retention;
pub mod scene;
#[cfg(test)]
mod tests;
pub mod upkeep;

/// A place where a store lives.
pub trait Rig: Send + Sync {
    /// Opens the store. The first time it is empty; again, after it was closed, it holds what it
    /// held.
    fn open(&self) -> impl Future<Output = Arc<dyn Store>> + Send;
}

/// Calls a macro with the list of all cases.
#[doc(hidden)]
#[macro_export]
macro_rules! with_conformance_cases {
    ([$($callback:tt)*], $($before:tt)*) => {
        $($callback)*! { $($before)*;
            accept::an_event_comes_back_as_it_was,
            accept::a_large_body_comes_back_as_it_was,
            accept::deliveries_are_born_leased_or_due,
            accept::a_delivery_to_a_missing_webhook_is_left_out,
            accept::many_events_at_once_are_all_kept,
            bulk::a_job_comes_back_as_it_was,
            bulk::a_step_is_bounded_and_the_next_one_goes_on,
            bulk::a_job_goes_on_after_reopening,
            bulk::finished_deliveries_are_resent_by_a_filter,
            bulk::pending_deliveries_are_cancelled_by_a_filter,
            bulk::what_ends_again_is_not_looked_at_again,
            bulk::a_job_is_stopped,
            bulk::sixteen_jobs_run_at_once,
            bulk::ended_jobs_are_forgotten_but_for_the_latest,
            bulk::jobs_are_listed_by_webhook_and_page,
            bulk::the_backlog_is_what_is_due,
            catalogue::what_is_put_comes_back_as_it_was,
            catalogue::a_put_expects_what_it_says,
            catalogue::names_and_keys_are_taken_once,
            catalogue::a_source_is_deleted_and_its_events_stay,
            catalogue::a_source_with_waiting_deliveries_is_deleted_as_asked,
            catalogue::a_webhook_with_waiting_deliveries_is_deleted_as_asked,
            catalogue::the_use_of_secrets_is_noted,
            catalogue::settings_are_kept,
            dispatch::due_deliveries_are_claimed_in_order,
            dispatch::a_claim_keeps_its_limits,
            dispatch::a_leased_delivery_is_not_claimed_again,
            dispatch::a_probe_takes_the_one_with_fewest_attempts,
            dispatch::a_run_learns_what_lanes_remember,
            dispatch::a_run_releases_the_leases_of_runs_before,
            dispatch::an_outcome_moves_its_delivery,
            dispatch::an_outcome_of_an_older_run_moves_nothing,
            dispatch::an_outcome_after_a_cancellation_is_kept,
            dispatch::an_outcome_of_nothing_is_refused,
            dispatch::released_deliveries_are_due_then,
            dispatch::the_same_outcome_again_is_kept_once,
            dispatch::waiting_deliveries_are_expedited_up_to_a_limit,
            duplicates::the_same_id_and_body_at_a_source_is_a_duplicate,
            duplicates::the_same_id_with_another_body_is_new_and_marked,
            duplicates::the_same_body_under_another_id_names_the_newest_before,
            duplicates::the_same_body_within_the_window_is_a_duplicate,
            duplicates::without_an_id_nothing_is_a_duplicate_by_id,
            duplicates::sources_are_apart,
            duplicates::the_same_id_published_in_a_scope_is_a_duplicate,
            duplicates::a_duplicate_is_known_for_thirty_days,
            duplicates::a_duplicate_makes_failed_deliveries_due,
            duplicates::of_many_at_once_one_is_new,
            history::what_is_not_there_is_not_found,
            history::attempts_are_kept_in_order,
            history::a_finished_delivery_is_resent,
            history::a_pending_delivery_is_resent_only_while_it_waits,
            history::only_a_pending_delivery_is_cancelled,
            lists::events_are_filtered,
            lists::events_are_found_by_request_id,
            lists::deliveries_are_filtered,
            lists::deliveries_are_found_by_request_id,
            lists::pages_join_to_the_whole_list,
            model::random_acts_agree_with_the_model,
            recovery::lost_deliveries_are_recovered,
            recovery::a_recovery_keeps_to_its_moments_and_triggers,
            recovery::missing_events_are_recovered_once,
            recovery::what_a_webhook_does_not_ask_for_is_not_missing,
            recovery::all_that_was_lost_is_recovered,
            recovery::an_event_without_its_body_is_counted_apart,
            recovery::a_recovery_fails_without_its_webhook,
            recovery::nothing_is_made_while_events_are_not_accepted,
            retention::finished_events_are_removed_oldest_first,
            retention::what_waits_stays,
            retention::only_what_was_finished_by_then_is_removed,
            retention::a_slice_ends_with_the_body_that_goes_past_its_bytes,
            retention::an_event_of_many_rows_loses_its_body_first,
            retention::keys_of_duplicates_stay_for_thirty_days,
            retention::the_extent_follows_what_is_kept,
            retention::while_accepting_is_held_the_rest_goes_on,
            upkeep::counts_follow_what_is_pending,
            upkeep::the_floor_is_the_greatest_id,
            upkeep::everything_is_there_after_reopening,
            upkeep::a_closed_store_refuses_work,
        }
    };
}

/// Makes a test of each case. Takes an expression that makes a [`Rig`] with an empty store. The
/// calling crate has `tokio` among its dependencies.
#[macro_export]
macro_rules! conformance {
    ($rig:expr) => {
        $crate::with_conformance_cases! { [$crate::conformance_tests], $rig }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($rig:expr; $($module:ident :: $case:ident),* $(,)?) => {
        $(
            #[::tokio::test]
            async fn $case() {
                $crate::conformance::$module::$case(&$rig).await;
            }
        )*
    };
}
