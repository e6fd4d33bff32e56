//! When a slice is due and where it begins.

use super::*;

const HISTORY: HistoryConfig =
    HistoryConfig { age_max: Duration::from_secs(100), size_max_bytes: 1_000 };

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn extent(used_bytes: u64, oldest_s: i64) -> Extent {
    Extent { used_bytes, oldest: Some(at(oldest_s)) }
}

fn removed(events: u64, next: Option<u64>) -> Removed {
    Removed { events, body_bytes: 0, next }
}

#[test]
fn nothing_is_due_while_history_is_young_and_small() {
    let mut sweep = Sweep::default();
    assert_eq!(sweep.next_slice(extent(1_000, 900), HISTORY, at(1_000)), None);
    let empty = Extent { used_bytes: 5, oldest: None };
    assert_eq!(sweep.next_slice(empty, HISTORY, at(1_000)), None);
    assert_eq!(sweep.has_turned(), None);
}

#[test]
fn a_pass_by_age_goes_on_to_its_end_and_rests_for_a_minute() {
    let mut sweep = Sweep::default();
    let old = extent(10, 0);
    assert_eq!(sweep.next_slice(old, HISTORY, at(200)), Some(Slice::new(None, at(100))));
    assert_eq!(sweep.removed(removed(200, Some(7))), BUSY);
    assert_eq!(sweep.next_slice(old, HISTORY, at(201)), Some(Slice::new(Some(7), at(101))));
    assert_eq!(sweep.removed(removed(0, None)), IDLE);
    assert_eq!(sweep.next_slice(old, HISTORY, at(259)), None);
    assert_eq!(sweep.next_slice(old, HISTORY, at(260)), Some(Slice::new(None, at(160))));
    assert_eq!(sweep.has_turned(), None);
}

#[test]
fn a_pass_by_size_takes_whatever_is_finished_and_stops_at_the_limit() {
    let mut sweep = Sweep::default();
    let slice = sweep.next_slice(extent(1_001, 199), HISTORY, at(200));
    assert_eq!(slice, Some(Slice::new(None, at(200))));
    assert_eq!(sweep.removed(removed(1, Some(7))), BUSY);
    assert_eq!(sweep.next_slice(extent(1_000, 199), HISTORY, at(201)), None);
    // Over it again: what waits is not looked at again.
    let slice = sweep.next_slice(extent(1_001, 199), HISTORY, at(202));
    assert_eq!(slice, Some(Slice::new(Some(7), at(202))));
    sweep.removed(removed(1, Some(9)));
    // But for once a minute.
    let slice = sweep.next_slice(extent(1_001, 199), HISTORY, at(260));
    assert_eq!(slice, Some(Slice::new(None, at(260))));
}

#[test]
fn it_hastens_while_events_come_faster_than_they_go() {
    let mut sweep = Sweep::default();
    for (used, after) in [(1_015, BUSY), (1_016, BEHIND), (1_001, BUSY)] {
        sweep.next_slice(extent(used, 199), HISTORY, at(200));
        assert_eq!(sweep.removed(removed(200, Some(7))), after, "{used}");
    }
    sweep.next_slice(extent(2_000, 199), HISTORY, at(200));
    assert_eq!(sweep.removed(removed(0, Some(7))), BUSY, "only looked at");
}

#[test]
fn accepting_is_held_when_a_whole_pass_found_nothing() {
    let mut sweep = Sweep::default();
    let over = extent(2_000, 199);
    sweep.next_slice(over, HISTORY, at(200));
    assert_eq!(sweep.removed(removed(0, Some(7))), BUSY);
    assert_eq!(sweep.has_turned(), None);
    // However long it takes.
    let slice = sweep.next_slice(over, HISTORY, at(300));
    assert_eq!(slice, Some(Slice::new(Some(7), at(300))));
    assert_eq!(sweep.removed(removed(0, None)), IDLE);
    assert_eq!(sweep.has_turned(), Some(true));
    assert_eq!(sweep.has_turned(), None);
    // Something has ended meanwhile; there is room only when the limit is kept.
    let slice = sweep.next_slice(over, HISTORY, at(301));
    assert_eq!(slice, Some(Slice::new(None, at(301))));
    sweep.removed(removed(3, None));
    assert_eq!(sweep.has_turned(), None);
    sweep.next_slice(extent(1_000, 199), HISTORY, at(302));
    assert_eq!(sweep.has_turned(), Some(false));
}

#[test]
fn a_pass_that_removed_something_holds_nothing() {
    let mut sweep = Sweep::default();
    sweep.next_slice(extent(2_000, 199), HISTORY, at(200));
    sweep.removed(removed(5, Some(7)));
    sweep.next_slice(extent(1_500, 199), HISTORY, at(201));
    sweep.removed(removed(0, None));
    assert_eq!(sweep.has_turned(), None);
}

#[test]
fn keys_are_looked_at_every_ten_minutes_and_at_once_while_there_are_more() {
    let mut sweep = Sweep::default();
    assert!(sweep.keys_are_due(at(0)));
    sweep.keys_forgotten(true, at(0));
    assert!(sweep.keys_are_due(at(0)));
    sweep.keys_forgotten(false, at(0));
    assert!(!sweep.keys_are_due(at(599)) && sweep.keys_are_due(at(600)));
}
