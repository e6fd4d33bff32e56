//! One timer for all lanes: the moments in order at which a lane is to be looked at again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, Weak},
    time::Duration,
};

use pipeline::{Timestamp, WebhookId};
use tokio::sync::Notify;

use super::Dispatcher;

/// The longest sleep: a clock that was set is noticed within this time.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// Moments, and the earliest one that each lane asked for.
#[derive(Debug, Default)]
pub(super) struct Timer {
    moments: Mutex<Moments>,
    earlier: Notify,
}

#[derive(Debug, Default)]
struct Moments {
    order: BTreeSet<(Timestamp, WebhookId)>,
    wanted: HashMap<WebhookId, Timestamp>,
}

impl Timer {
    /// Asks to look at a lane at that moment. An earlier wish of the same lane stays, a later one is
    /// replaced.
    pub(super) fn at(&self, moment: Timestamp, webhook: WebhookId) {
        let mut moments = self.lock();
        match moments.wanted.get(&webhook).copied() {
            Some(known) if known <= moment => return,
            Some(later) => {
                moments.order.remove(&(later, webhook));
            }
            None => {}
        }
        let first = moments.order.first().map(|(first, _)| *first);
        moments.wanted.insert(webhook, moment);
        moments.order.insert((moment, webhook));
        drop(moments);
        if first.is_none_or(|first| moment < first) {
            self.earlier.notify_one();
        }
    }

    /// Takes the lanes whose moment has come; else how long until the first one's.
    fn due(&self, now: Timestamp) -> Result<Vec<WebhookId>, Option<Duration>> {
        let mut moments = self.lock();
        let mut due = Vec::new();
        while let Some(&(moment, webhook)) = moments.order.first()
            && moment <= now
        {
            moments.order.pop_first();
            moments.wanted.remove(&webhook);
            due.push(webhook);
        }
        if due.is_empty() {
            Err(moments.order.first().map(|(moment, _)| moment.since(now)))
        } else {
            Ok(due)
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Moments> {
        self.moments.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Pumps lanes when their moment has come, until the dispatcher is gone.
pub(super) async fn run(dispatcher: Weak<Dispatcher>) {
    loop {
        let Some(alive) = dispatcher.upgrade() else {
            return;
        };
        match alive.timer.due(alive.now()) {
            Ok(due) => {
                for webhook in due {
                    let lane = alive.lane(webhook);
                    alive.pump(&lane);
                }
            }
            Err(wait) => {
                let wait = wait.unwrap_or(SLEEP_MAX).min(SLEEP_MAX);
                let _ = tokio::time::timeout(wait, alive.timer.earlier.notified()).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_has_one_moment_and_the_earliest_counts() {
        let timer = Timer::default();
        let (one, two) = (WebhookId::from_parts(1, 0), WebhookId::from_parts(2, 0));
        let at = Timestamp::from_millis;
        for moment in [9_000, 5_000, 7_000] {
            timer.at(at(moment), one);
        }
        timer.at(at(6_000), two);
        assert_eq!(timer.lock().order.len(), 2);
        assert_eq!(timer.due(at(4_000)), Err(Some(Duration::from_secs(1))));
        assert_eq!(timer.due(at(5_000)), Ok(vec![one]));
        assert_eq!(timer.due(at(9_000)), Ok(vec![two]));
        assert_eq!(timer.due(at(9_000)), Err(None));
    }
}
