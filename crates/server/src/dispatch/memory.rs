//! How many deliveries and bytes of bodies are in memory, over all lanes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The most deliveries in memory.
pub const DELIVERIES_MAX: usize = 8_192;
/// The most bytes of their bodies. A body that several deliveries share counts for each.
pub const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What is taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Taken>);

#[derive(Debug, Default)]
struct Taken {
    deliveries: AtomicUsize,
    body_bytes: AtomicUsize,
}

/// One delivery's room; given back when dropped.
#[derive(Debug)]
pub(super) struct Room {
    taken: Arc<Taken>,
    body_bytes: usize,
}

impl Memory {
    /// Room for one delivery. `None` where there is none; the first one always gets some, however
    /// large its body is.
    pub(super) fn take(&self, body_bytes: usize) -> Option<Room> {
        let taken = &self.0;
        let deliveries = taken.deliveries.fetch_add(1, Ordering::AcqRel);
        let bytes = taken.body_bytes.fetch_add(body_bytes, Ordering::AcqRel);
        let room = Room { taken: taken.clone(), body_bytes };
        let fits = deliveries < DELIVERIES_MAX && bytes + body_bytes <= BODY_BYTES_MAX;
        (fits || deliveries == 0).then_some(room)
    }

    /// Whether more than half is taken.
    pub(super) fn is_scarce(&self) -> bool {
        self.deliveries() > DELIVERIES_MAX / 2
            || self.0.body_bytes.load(Ordering::Acquire) > BODY_BYTES_MAX / 2
    }

    /// Whether so much is taken that a claim would have to give back what it brings.
    pub(super) fn is_full(&self) -> bool {
        self.deliveries() > DELIVERIES_MAX / 8 * 7
            || self.0.body_bytes.load(Ordering::Acquire) > BODY_BYTES_MAX / 8 * 7
    }

    pub(super) fn deliveries(&self) -> usize {
        self.0.deliveries.load(Ordering::Acquire)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.taken.deliveries.fetch_sub(1, Ordering::AcqRel);
        self.taken.body_bytes.fetch_sub(self.body_bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_bounded_and_given_back() {
        let memory = Memory::default();
        let rooms: Vec<_> = (0..DELIVERIES_MAX).map(|_| memory.take(1).unwrap()).collect();
        assert!(memory.take(1).is_none() && memory.is_scarce());
        drop(rooms);
        assert_eq!(memory.deliveries(), 0);
    }

    #[test]
    fn one_delivery_fits_however_large_it_is() {
        let memory = Memory::default();
        let large = memory.take(2 * BODY_BYTES_MAX).unwrap();
        assert!(memory.take(0).is_none());
        drop(large);
        assert!(memory.take(BODY_BYTES_MAX).is_some());
    }
}
