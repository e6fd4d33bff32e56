//! Lanes and the delivery's state machine, driven by a clock of its own, a model of the store and
//! receivers that come and go. The real decisions run; nothing sleeps and nothing is sent.
//!
//! One [`World`] is one seed: webhooks with limits drawn for them, events that arrive, receivers that
//! take, refuse, hang or ask for rest, and a server that is killed. What has to hold always:
//!
//! - an attempt begins only for a delivery that is pending and leased, and none after a success;
//! - the n-th attempt begins no earlier than the schedule said, unless a probe or a receiver that is
//!   back went ahead;
//! - no lane has more attempts under way than its limit, or more in memory than its bound;
//! - nothing is lost: when the receivers are back, every delivery ends delivered or failed by its
//!   schedule.

mod model;
mod receiver;
mod world;

use world::{Plan, World};

/// Seeds that every run of the tests looks at.
const SEEDS: u64 = 200;

fn holds(seed: u64, plan: &Plan) {
    let mut world = World::new(seed, plan);
    world.run();
    let problem = world.problem();
    assert!(problem.is_none(), "seed {seed}: {}", problem.unwrap_or_default());
}

#[test]
fn ten_minutes_with_kills_and_receivers_that_come_and_go() {
    for seed in 0..SEEDS {
        holds(seed, &Plan::ten_minutes());
    }
}

/// 2.6 million events wait for one receiver. All of them are brought when it is back.
#[test]
fn seventy_two_hours_without_any_receiver() {
    let mut world = World::new(7, &Plan::three_days());
    world.run();
    assert_eq!(world.problem(), None);
    let (delivered, failed) = world.ended();
    assert_eq!(delivered + failed, 72 * 3_600 * 10);
    // Only those that were tried again and again reach an age of three days by their schedule.
    assert!(failed < 10_000, "{failed} failed");
}

#[test]
fn the_simulation_finds_a_lane_that_forgets() {
    let plan = Plan { forgets: true, ..Plan::ten_minutes() };
    let found = (0..SEEDS).any(|seed| {
        let mut world = World::new(seed, &plan);
        world.run();
        world.problem().is_some()
    });
    assert!(found, "a world in which leases are lost has to be found out");
}
