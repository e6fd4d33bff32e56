//! One webhook's lane: what it holds and what it may do next. Pure but for its lock: it begins
//! nothing by itself and says by a [`Step`] what is to be begun.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard},
};

use pipeline::{
    Breaker, DeliveryId, Pace, Permit, RateLimit, Timestamp, WebhookId, breaker::Change,
    store::LaneMemory,
};

use super::Ready;

/// The most deliveries that a lane has in memory and not under way.
const READY_MAX: usize = 2_048;
/// The same while memory is scarce.
const READY_SCARCE_MAX: usize = 256;

/// How long a lane waits after a claim that found nothing of what was due.
const CLAIM_AGAIN_MS: u64 = 500;

/// A single failure between successes is not worth a write: failures are remembered from here on.
const REMEMBER_AFTER_MS: u64 = 60_000;

/// A lane and its lock. Held for moments only, never over an await.
#[derive(Debug)]
pub(super) struct Lane {
    /// Whose it is.
    pub(super) webhook: WebhookId,
    state: Mutex<LaneState>,
}

/// What a lane knows.
#[derive(Debug, Default)]
pub(super) struct LaneState {
    /// Leased to this run and waiting for their attempt.
    pub(super) ready: VecDeque<Ready>,
    /// Slots that were granted and whose commit is not through.
    pub(super) reserved: usize,
    in_flight: usize,
    breaker: Breaker,
    pace: Pace,
    hold_until: Option<Timestamp>,
    /// Since when every attempt has failed.
    failing_since: Option<Timestamp>,
    /// What the store keeps of this lane.
    remembered: LaneMemory,
    remembering: bool,
    stored_due: Option<Timestamp>,
    /// No claim before this moment.
    claim_from: Option<Timestamp>,
    claiming: bool,
    under_way: HashSet<DeliveryId>,
    closed: bool,
}

/// What its webhook and the memory of all lanes allow at this moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Whether the webhook is active and not paused.
    pub(super) runs: bool,
    /// The most attempts at once.
    pub(super) in_flight_max: usize,
    /// How many may begin a second.
    pub(super) rate: Option<RateLimit>,
    /// Whether memory is scarce.
    pub(super) scarce: bool,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ended {
    /// A receiver took it.
    pub(super) delivered: bool,
    /// It was a failure of the kind that opens a breaker.
    pub(super) counts: bool,
    /// Until when the receiver asked for rest.
    pub(super) hold_until: Option<Timestamp>,
}

/// What a lane wants begun.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing before something changes.
    Nothing,
    /// Nothing before this moment.
    Wait(Timestamp),
    /// This attempt.
    Attempt(Box<Ready>),
    /// A claim.
    Claim {
        /// For the one with fewest attempts, due or not.
        probe: bool,
        /// For at most so many.
        room: usize,
    },
    /// These may not be tried now: the store keeps them.
    GiveBack(Vec<Ready>),
}

/// A lane that is slow by its own limit takes no more into memory than two seconds need.
fn ready_max(rate: Option<RateLimit>, most: usize) -> usize {
    let paced = rate.map(|rate| 2 * rate.per_second as usize + rate.burst as usize);
    paced.map_or(most, |paced| paced.min(most))
}

impl Lane {
    pub(super) fn new(webhook: WebhookId) -> Lane {
        Lane { webhook, state: Mutex::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, LaneState> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl LaneState {
    /// Whether a new delivery may be born leased. While others of this lane wait in the store, half
    /// of the room is left to them.
    pub(super) fn grants(&self, now: Timestamp, rate: Option<RateLimit>, scarce: bool) -> bool {
        let most = ready_max(rate, if scarce { READY_SCARCE_MAX } else { READY_MAX });
        let most = if self.stored_due.is_some_and(|due| due <= now) { most / 2 } else { most };
        matches!(self.breaker, Breaker::Closed { .. })
            && self.hold_until.is_none_or(|until| until <= now)
            && self.ready.len() + self.reserved < most
    }

    /// Something waits in the store.
    pub(super) fn stored(&mut self, due: Timestamp) {
        self.stored_due = Some(self.stored_due.map_or(due, |known| known.min(due)));
    }

    /// The receiver wants no more: nothing begins until its webhook has been made inactive.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// From here on the webhook's own state decides.
    pub(super) fn open(&mut self) {
        self.closed = false;
        self.failing_since = None;
    }

    /// A person asks to look now.
    pub(super) fn wake(&mut self, now: Timestamp) {
        self.hold_until = None;
        self.failing_since = None;
        self.claim_from = None;
        if let Breaker::Open { wait_ms, .. } = self.breaker {
            self.breaker = Breaker::Open { probe_at: now, wait_ms };
        }
        self.stored(now);
    }

    /// Whether nothing of it is in memory, under way or asked for.
    pub(super) fn is_idle(&self) -> bool {
        self.ready.is_empty() && self.reserved == 0 && self.in_flight == 0 && !self.claiming
    }

    /// Whether the breaker or a hold keeps deliveries back.
    pub(super) fn is_held(&self, now: Timestamp) -> bool {
        !matches!(self.breaker, Breaker::Closed { .. })
            || self.hold_until.is_some_and(|until| until > now)
    }

    /// What is to be begun next; asked again until it says `Nothing` or `Wait`.
    pub(super) fn step(&mut self, now: Timestamp, terms: Terms) -> Step {
        if !terms.runs || self.closed {
            return self.give_back_or(Step::Nothing);
        }
        if let Some(until) = self.hold_until.filter(|until| *until > now) {
            return self.give_back_or(Step::Wait(until));
        }
        match self.breaker.permit(now) {
            Permit::Go => self.go(now, terms),
            Permit::Probe => self.probe(now),
            Permit::WaitUntil(until) => self.give_back_or(Step::Wait(until)),
            Permit::WaitForProbe => self.give_back_or(Step::Nothing),
        }
    }

    fn go(&mut self, now: Timestamp, terms: Terms) -> Step {
        if self.in_flight < terms.in_flight_max && !self.ready.is_empty() {
            if let Some(Err(until)) = terms.rate.map(|rate| self.pace.begin(rate, now)) {
                return Step::Wait(until);
            }
            if let Some(ready) = self.ready.pop_front() {
                return self.attempt(ready);
            }
        }
        let Some(due) = self.stored_due else { return Step::Nothing };
        let due = self.claim_from.map_or(due, |from| due.max(from));
        if due > now {
            return Step::Wait(due);
        }
        // While memory is scarce a lane takes no more than what it is about to try.
        let most = if terms.scarce { 1 } else { ready_max(terms.rate, READY_MAX / 2) };
        if self.claiming || self.ready.len() >= most {
            return Step::Nothing;
        }
        let room = if terms.scarce {
            ready_max(terms.rate, terms.in_flight_max.max(1))
        } else {
            most - self.ready.len()
        };
        self.claim(false, room)
    }

    fn attempt(&mut self, ready: Ready) -> Step {
        self.in_flight += 1;
        self.under_way.insert(ready.id);
        Step::Attempt(Box::new(ready))
    }

    fn claim(&mut self, probe: bool, room: usize) -> Step {
        self.claiming = true;
        self.stored_due = None;
        self.claim_from = None;
        Step::Claim { probe, room }
    }

    /// One delivery goes ahead: one that is here, or the one with fewest attempts of the store.
    fn probe(&mut self, now: Timestamp) -> Step {
        if let Some(ready) = self.ready.pop_front() {
            self.breaker.begin_probe();
            return self.attempt(ready);
        }
        if self.claiming || self.stored_due.is_none() {
            return Step::Nothing;
        }
        match self.claim_from.filter(|from| *from > now) {
            Some(from) => Step::Wait(from),
            None => self.claim(true, 1),
        }
    }

    /// Takes deliveries out of the queue that are not to be tried as things stand.
    pub(super) fn take_out(&mut self, unwanted: impl Fn(&Ready) -> bool) -> Vec<Ready> {
        let (out, kept): (VecDeque<_>, _) =
            std::mem::take(&mut self.ready).into_iter().partition(unwanted);
        self.ready = kept;
        out.into()
    }

    fn give_back_or(&mut self, step: Step) -> Step {
        if self.ready.is_empty() {
            return step;
        }
        Step::GiveBack(self.ready.drain(..).collect())
    }

    /// A claim has ended. `next_due` is of what it left; what was stored meanwhile is known. Where
    /// there was something and nothing was found, asking at once would ask in vain.
    pub(super) fn claimed(&mut self, found: usize, next_due: Option<Timestamp>, now: Timestamp) {
        self.claiming = false;
        if let Some(due) = next_due {
            self.stored(due);
            if found == 0 {
                self.claim_from = Some(now.plus_millis(CLAIM_AGAIN_MS));
            }
        }
    }

    /// A claim cannot be made before that moment.
    pub(super) fn postpone_claim(&mut self, from: Timestamp, now: Timestamp) {
        self.claiming = false;
        self.stored(now);
        self.claim_from = Some(from);
    }

    /// Whether an attempt of this delivery is under way or not recorded yet.
    pub(super) fn is_under_way(&self, id: DeliveryId) -> bool {
        self.under_way.contains(&id)
    }

    /// An attempt of this delivery has been recorded, or was none.
    pub(super) fn recorded(&mut self, id: DeliveryId) {
        self.under_way.remove(&id);
    }

    /// An attempt has ended. Answers what that did to the breaker.
    pub(super) fn ended(&mut self, ended: Ended, now: Timestamp) -> Change {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(until) = ended.hold_until {
            self.hold_until = Some(self.hold_until.map_or(until, |known| known.max(until)));
        }
        if ended.delivered {
            self.failing_since = None;
        } else {
            self.failing_since.get_or_insert(now);
        }
        self.breaker.on_outcome(ended.counts, now)
    }

    /// For how long every attempt has failed, in milliseconds.
    pub(super) fn failing_for_ms(&self, now: Timestamp) -> u64 {
        let since = self.failing_since.map(|since| now.since(since).as_millis());
        since.map_or(0, |millis| u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// Whether the rate limit alone keeps deliveries back.
    pub(super) fn is_paced(&self, rate: RateLimit, now: Timestamp) -> bool {
        let mut pace = self.pace;
        pace.begin(rate, now).is_err()
    }

    /// Goes on where a run before left off.
    pub(super) fn restore(&mut self, memory: LaneMemory) {
        self.breaker = memory.breaker;
        self.hold_until = memory.hold_until;
        self.failing_since = memory.failing_since;
        self.remembered = memory;
    }

    /// What the store should keep, where that is something else than it does. Asked again with
    /// [`remembered`](Self::remembered), so that one write at a time is under way.
    pub(super) fn next_memory(&mut self, now: Timestamp) -> Option<LaneMemory> {
        if !self.has_to_remember(now) {
            return None;
        }
        self.remembering = true;
        Some(self.memory(now))
    }

    /// Whether the store keeps something else than it should, and is not being told already.
    pub(super) fn has_to_remember(&self, now: Timestamp) -> bool {
        !self.remembering && self.memory(now) != self.remembered
    }

    fn memory(&self, now: Timestamp) -> LaneMemory {
        let breaker = match self.breaker {
            Breaker::Closed { .. } => Breaker::default(),
            other => other,
        };
        let at_rest = breaker == Breaker::default() && self.failing_for_ms(now) < REMEMBER_AFTER_MS;
        LaneMemory {
            breaker,
            hold_until: self.hold_until.filter(|until| *until > now),
            failing_since: self.failing_since.filter(|_| !at_rest),
        }
    }

    /// The store keeps this now, or could not: `None`.
    pub(super) fn remembered(&mut self, memory: Option<LaneMemory>) {
        self.remembering = false;
        if let Some(memory) = memory {
            self.remembered = memory;
        }
    }

    /// An attempt could not be made at all.
    pub(super) fn abandoned(&mut self, now: Timestamp) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.breaker.abandon_probe(now);
    }
}

#[cfg(test)]
mod tests;
