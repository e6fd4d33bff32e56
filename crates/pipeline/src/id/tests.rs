//! Ids keep order, their text and their UUID lose nothing, and nothing else parses.

use std::sync::atomic::AtomicI64;

use proptest::prelude::*;

use super::*;

#[derive(Debug)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Debug)]
struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(7, Ordering::Relaxed) as u8;
        }
    }
}

fn generator(clock: &Arc<Hand>, floor: u64) -> IdGenerator {
    IdGenerator::new(clock.clone(), Arc::new(Counting(AtomicU64::new(1))), floor)
}

#[test]
fn ids_grow_while_the_clock_stands_or_goes_back() {
    let clock = Arc::new(Hand(AtomicI64::new(1_790_000_000_000)));
    let ids = generator(&clock, 0);
    let mut last: EventId = ids.make();
    for step in 0..10_000 {
        if step == 5_000 {
            clock.0.fetch_sub(60_000, Ordering::Relaxed);
        }
        let next: EventId = ids.make();
        assert!(next > last && next.seq() > last.seq());
        assert!(next.to_string() > last.to_string());
        last = next;
    }
}

#[test]
fn ids_start_above_the_floor_of_the_store() {
    let clock = Arc::new(Hand(AtomicI64::new(1_000)));
    let floor = 1_790_000_000_000 << COUNTER_BITS;
    let id: DeliveryId = generator(&clock, floor).make();
    assert!(id.seq() > floor);
}

#[test]
fn the_uuid_is_of_version_seven() {
    let clock = Arc::new(Hand(AtomicI64::new(1_790_000_000_000)));
    let id: DeliveryId = generator(&clock, 0).make();
    let uuid = id.uuid();
    assert_eq!(&uuid[14..15], "7");
    assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"));
    assert_eq!(DeliveryId::from_uuid(&uuid.to_uppercase()), Some(id));
    assert_eq!(id.created_at(), Timestamp::from_millis(1_790_000_000_000));
}

#[test]
fn other_texts_are_no_ids() {
    let clock = Arc::new(Hand(AtomicI64::new(1_790_000_000_000)));
    let id: EventId = generator(&clock, 0).make();
    let text = id.to_string();
    assert_eq!(text.parse(), Ok(id));
    assert!(text.parse::<WebhookId>().is_err());
    for wrong in ["", "evt_", "evt", &text[..29], &format!("{text}0"), &text.to_uppercase()] {
        assert!(wrong.parse::<EventId>().is_err(), "{wrong}");
    }
    assert!(format!("evt_{}", "z".repeat(26)).parse::<EventId>().is_err());
    assert_eq!(EventId::from_uuid("00000000-0000-4000-8000-000000000000"), None);
}

proptest! {
    #[test]
    fn text_and_uuid_lose_nothing(seq in 0u64..1 << 60, low in 0u64..1 << 62) {
        let id = EventId::from_parts(seq, low);
        prop_assert_eq!(id.to_string().parse::<EventId>(), Ok(id));
        prop_assert_eq!(EventId::from_uuid(&id.uuid()), Some(id));
        prop_assert_eq!((id.seq(), id.low()), (seq, low));
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        let _ = text.parse::<EventId>();
        let _ = EventId::from_uuid(&text);
    }
}
