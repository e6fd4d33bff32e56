//! What a lane wants begun, step by step.

use pipeline::{DeliveryId, breaker};

use super::{super::memory::Memory, *};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn ready(number: u64) -> Ready {
    Ready {
        id: DeliveryId::from_parts(number, 0),
        request_id: None,
        attempts_made: 0,
        since: NOW,
        event: None,
        _room: Memory::default().take(0).unwrap(),
    }
}

fn lane(number: u64) -> LaneState {
    let mut lane = LaneState::default();
    lane.ready.extend((0..number).map(ready));
    lane
}

fn terms(runs: bool, in_flight_max: usize, scarce: bool) -> Terms {
    Terms { runs, in_flight_max, rate: None, scarce }
}

fn outcome(counts: bool, hold_until: Option<Timestamp>) -> Ended {
    Ended { delivered: !counts && hold_until.is_none(), counts, hold_until }
}

fn open(lane: &mut LaneState) {
    for _ in 0..breaker::FAILURES_MAX {
        lane.in_flight += 1;
        lane.ended(outcome(true, None), NOW);
    }
}

#[test]
fn no_more_attempts_than_its_limit_are_begun() {
    let mut lane = lane(5);
    for _ in 0..3 {
        assert!(matches!(lane.step(NOW, terms(true, 3, false)), Step::Attempt(_)));
    }
    assert!(matches!(lane.step(NOW, terms(true, 3, false)), Step::Nothing));
    lane.ended(outcome(false, None), NOW);
    assert!(matches!(lane.step(NOW, terms(true, 3, false)), Step::Attempt(_)));
    assert!(matches!(lane.step(NOW, terms(true, 3, false)), Step::Nothing));
}

#[test]
fn what_waits_in_the_store_is_claimed_when_it_is_due_and_once_at_a_time() {
    let mut lane = lane(0);
    let later = NOW.plus_millis(10);
    lane.stored(later);
    assert!(matches!(lane.step(NOW, terms(true, 1, false)), Step::Wait(until) if until == later));
    assert!(matches!(lane.step(later, terms(true, 1, false)), Step::Claim { probe: false, .. }));
    lane.stored(later);
    assert!(
        matches!(lane.step(later, terms(true, 1, false)), Step::Nothing),
        "one claim is under way"
    );
    lane.claimed(3, None, later);
    assert!(
        matches!(lane.step(later, terms(true, 1, false)), Step::Claim { .. }),
        "something came meanwhile"
    );
}

#[test]
fn a_claim_that_finds_nothing_of_what_is_due_is_not_made_again_at_once() {
    let mut lane = lane(0);
    lane.stored(NOW);
    assert!(matches!(lane.step(NOW, terms(true, 1, false)), Step::Claim { .. }));
    lane.claimed(0, Some(NOW), NOW);
    assert!(matches!(lane.step(NOW, terms(true, 1, false)), Step::Wait(until) if until > NOW));
}

#[test]
fn a_paused_lane_gives_back_what_it_holds() {
    let mut lane = lane(2);
    assert!(
        matches!(lane.step(NOW, terms(false, 1, false)), Step::GiveBack(held) if held.len() == 2)
    );
    assert!(matches!(lane.step(NOW, terms(false, 1, false)), Step::Nothing));
}

#[test]
fn an_open_breaker_gives_back_and_then_lets_one_probe_go() {
    let mut lane = lane(3);
    open(&mut lane);
    assert!(!lane.grants(NOW, None, false) && lane.is_held(NOW));
    assert!(matches!(lane.step(NOW, terms(true, 8, false)), Step::GiveBack(_)));
    lane.stored(NOW);
    let probe_at = NOW.plus_millis(breaker::WAIT_FIRST_MS);
    assert!(
        matches!(lane.step(NOW, terms(true, 8, false)), Step::Wait(until) if until == probe_at)
    );
    assert!(matches!(
        lane.step(probe_at, terms(true, 8, false)),
        Step::Claim { probe: true, room: 1 }
    ));
    lane.ready.push_back(ready(0));
    lane.claimed(1, Some(NOW), probe_at);
    assert!(matches!(lane.step(probe_at, terms(true, 8, false)), Step::Attempt(_)));
    assert!(
        matches!(lane.step(probe_at, terms(true, 8, false)), Step::Nothing),
        "only one probe goes"
    );
    assert_eq!(lane.ended(outcome(false, None), probe_at), Change::Closed);
    assert!(matches!(lane.step(probe_at, terms(true, 8, false)), Step::Claim { probe: false, .. }));
}

#[test]
fn an_open_breaker_with_nothing_to_probe_waits_for_something() {
    let mut lane = lane(0);
    open(&mut lane);
    let probe_at = NOW.plus_millis(breaker::WAIT_FIRST_MS);
    assert!(matches!(lane.step(probe_at, terms(true, 8, false)), Step::Nothing));
    lane.stored(probe_at);
    assert!(matches!(lane.step(probe_at, terms(true, 8, false)), Step::Claim { probe: true, .. }));
}

#[test]
fn an_open_breaker_whose_claim_found_nothing_waits_before_the_next_one() {
    let mut lane = lane(0);
    open(&mut lane);
    let now = NOW.plus_millis(breaker::WAIT_FIRST_MS);
    lane.stored(NOW);
    assert!(matches!(lane.step(now, terms(true, 8, false)), Step::Claim { probe: true, .. }));
    lane.claimed(0, Some(NOW), now);
    assert!(matches!(lane.step(now, terms(true, 8, false)), Step::Wait(until) if until > now));
    let until = now.plus_millis(100);
    lane.postpone_claim(until, now);
    assert!(matches!(lane.step(now, terms(true, 8, false)), Step::Wait(moment) if moment == until));
    assert!(matches!(lane.step(until, terms(true, 8, false)), Step::Claim { probe: true, .. }));
}

#[test]
fn while_memory_is_scarce_a_lane_claims_only_what_it_is_about_to_try() {
    let mut lane = lane(1);
    lane.in_flight = 2;
    lane.stored(NOW);
    assert!(matches!(lane.step(NOW, terms(true, 2, true)), Step::Nothing));
    lane.ready.clear();
    assert!(matches!(lane.step(NOW, terms(true, 2, true)), Step::Claim { room: 2, .. }));
}

#[test]
fn a_hold_keeps_the_whole_lane_back() {
    let mut lane = lane(1);
    lane.in_flight = 1;
    let until = NOW.plus_millis(60_000);
    lane.ended(outcome(false, Some(until)), NOW);
    assert!(!lane.grants(NOW, None, false));
    assert!(matches!(lane.step(NOW, terms(true, 8, false)), Step::GiveBack(_)));
    assert!(matches!(lane.step(NOW, terms(true, 8, false)), Step::Wait(moment) if moment == until));
    lane.wake(NOW);
    assert!(matches!(lane.step(NOW, terms(true, 8, false)), Step::Claim { .. }));
}

#[test]
fn half_of_the_room_is_left_to_what_waits_in_the_store() {
    let mut lane = LaneState { reserved: READY_MAX / 2, ..LaneState::default() };
    assert!(lane.grants(NOW, None, false) && !lane.grants(NOW, None, true));
    lane.stored(NOW);
    assert!(!lane.grants(NOW, None, false));
    lane.reserved = READY_MAX / 2 - 1;
    assert!(lane.grants(NOW, None, false));
}

#[test]
fn a_rate_limit_spreads_attempts_and_loses_none() {
    let rate = Some(RateLimit { per_second: 10, burst: 2 });
    let mut lane = lane(4);
    let terms = Terms { rate, ..terms(true, 8, false) };
    let mut now = NOW;
    let mut begun = Vec::new();
    while begun.len() < 4 {
        match lane.step(now, terms) {
            Step::Attempt(ready) => begun.push((ready.id.seq(), now.since(NOW).as_millis())),
            Step::Wait(until) => now = until,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(begun[..2], [(0, 0), (1, 0)]);
    assert!((100..=102).contains(&begun[2].1) && (200..=204).contains(&begun[3].1), "{begun:?}");
    assert!(lane.is_paced(RateLimit { per_second: 10, burst: 2 }, now));
}

#[test]
fn a_lane_with_a_rate_limit_takes_little_into_memory() {
    let rate = Some(RateLimit { per_second: 3, burst: 1 });
    let mut lane = lane(6);
    assert!(lane.grants(NOW, rate, false) && lane.grants(NOW, None, false));
    lane.reserved = 1;
    assert!(!lane.grants(NOW, rate, false) && lane.grants(NOW, None, false));
    let mut empty = LaneState::default();
    empty.stored(NOW);
    let terms = Terms { rate, ..terms(true, 8, false) };
    assert!(matches!(empty.step(NOW, terms), Step::Claim { room: 7, .. }));
}

#[test]
fn what_a_restart_should_know_is_remembered_once_and_restored() {
    let mut lane = lane(0);
    assert_eq!(lane.next_memory(NOW), None);
    lane.ended(outcome(true, None), NOW);
    assert_eq!(lane.next_memory(NOW), None, "a single failure");
    open(&mut lane);
    let memory = lane.next_memory(NOW).unwrap();
    assert!(matches!(memory.breaker, Breaker::Open { .. }));
    assert_eq!(memory.failing_since, Some(NOW));
    assert_eq!(lane.next_memory(NOW), None, "one write at a time");
    lane.remembered(None);
    assert_eq!(lane.next_memory(NOW), Some(memory), "it was not kept");
    lane.remembered(Some(memory));
    assert!(!lane.has_to_remember(NOW));

    let mut restored = LaneState::default();
    restored.restore(memory);
    assert!(restored.is_held(NOW) && !restored.has_to_remember(NOW));
    restored.ended(Ended { delivered: true, ..Ended::default() }, NOW);
    assert_eq!(restored.next_memory(NOW), Some(LaneMemory::default()));
}

#[test]
fn failures_are_counted_from_the_first_after_a_success() {
    let mut lane = lane(0);
    let failed = Ended::default();
    lane.ended(failed, NOW);
    let later = NOW.plus_millis(90_000);
    lane.ended(failed, later);
    assert_eq!(lane.failing_for_ms(later), 90_000);
    // Refusals of other kinds open no breaker, and are remembered after a minute.
    assert_eq!(lane.next_memory(later).unwrap().failing_since, Some(NOW));
    lane.ended(Ended { delivered: true, ..failed }, later);
    assert_eq!(lane.failing_for_ms(later.plus_millis(1)), 0);
}
