//! Room for bodies that are not verified yet: 64 MiB in all, half of it for those up to 256 KiB,
//! so that a few large bodies of strangers cannot keep ordinary pushes out.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// All unverified bodies together.
pub(super) const TOTAL_BYTES: usize = 64 * 1024 * 1024;
/// Bodies up to this size have half of the room to themselves.
pub(super) const SMALL_BYTES: usize = 256 * 1024;
/// How long a request waits for room.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(5);

const UNIT_BYTES: usize = 1024;

/// The room and what is taken of it.
#[derive(Clone, Debug)]
pub struct BodyBudget {
    small: Arc<Semaphore>,
    shared: Arc<Semaphore>,
    half_units: usize,
}

impl Default for BodyBudget {
    fn default() -> BodyBudget {
        BodyBudget::of(TOTAL_BYTES)
    }
}

/// No room within [`WAIT_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

/// What one request has taken; given back when dropped.
#[derive(Debug, Default)]
pub(super) struct Room {
    permits: Vec<OwnedSemaphorePermit>,
    units: usize,
}

impl BodyBudget {
    fn of(total_bytes: usize) -> BodyBudget {
        let half = || Arc::new(Semaphore::new(total_bytes / 2 / UNIT_BYTES));
        BodyBudget { small: half(), shared: half(), half_units: total_bytes / 2 / UNIT_BYTES }
    }

    /// Grows a request's room to `bytes`, at most to all of a half. Small ones take from both halves, larger ones what goes
    /// past [`SMALL_BYTES`] from the shared half only.
    pub(super) async fn grow(&self, room: &mut Room, bytes: usize) -> Result<(), NoRoom> {
        // One request needs no more than a half has, or it would wait for what never comes.
        let wanted = bytes.div_ceil(UNIT_BYTES).min(self.half_units);
        if wanted <= room.units {
            return Ok(());
        }
        let more = u32::try_from(wanted - room.units).map_err(|_| NoRoom)?;
        let permit = if bytes <= SMALL_BYTES {
            self.take_either(more).await?
        } else {
            take(&self.shared, more, Instant::now() + WAIT_MAX).await?
        };
        room.permits.push(permit);
        room.units = wanted;
        Ok(())
    }

    async fn take_either(&self, units: u32) -> Result<OwnedSemaphorePermit, NoRoom> {
        for half in [&self.small, &self.shared] {
            if let Ok(permit) = half.clone().try_acquire_many_owned(units) {
                return Ok(permit);
            }
        }
        let deadline = Instant::now() + WAIT_MAX;
        tokio::select! {
            permit = take(&self.small, units, deadline) => permit,
            permit = take(&self.shared, units, deadline) => permit,
        }
    }
}

async fn take(
    half: &Arc<Semaphore>,
    units: u32,
    deadline: Instant,
) -> Result<OwnedSemaphorePermit, NoRoom> {
    let waiting = half.clone().acquire_many_owned(units);
    match tokio::time::timeout_at(deadline, waiting).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(NoRoom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn large_bodies_leave_half_of_the_room_to_small_ones() {
        let budget = BodyBudget::of(4 * SMALL_BYTES);
        let mut large = Room::default();
        budget.grow(&mut large, 2 * SMALL_BYTES).await.unwrap();
        assert_eq!(budget.grow(&mut Room::default(), SMALL_BYTES + 1).await, Err(NoRoom));
        let mut first = Room::default();
        budget.grow(&mut first, SMALL_BYTES).await.unwrap();
        let mut second = Room::default();
        budget.grow(&mut second, SMALL_BYTES).await.unwrap();
        assert_eq!(budget.grow(&mut Room::default(), 1).await, Err(NoRoom));
        drop(first);
        budget.grow(&mut Room::default(), 1).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn room_grows_and_is_given_back() {
        let budget = BodyBudget::of(4 * UNIT_BYTES);
        let mut room = Room::default();
        for bytes in [1, UNIT_BYTES, UNIT_BYTES + 1, 2 * UNIT_BYTES] {
            budget.grow(&mut room, bytes).await.unwrap();
        }
        assert_eq!(room.units, 2);
        drop(room);
        budget.grow(&mut Room::default(), 2 * UNIT_BYTES).await.unwrap();
    }
}
