//! One timer for all lanes: a heap of moments at which a lane is to be looked at again.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
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
    heap: BinaryHeap<Reverse<(Timestamp, WebhookId)>>,
    wanted: HashMap<WebhookId, Timestamp>,
}

impl Timer {
    /// Asks to look at a lane at that moment. An earlier wish of the same lane stays.
    pub(super) fn at(&self, moment: Timestamp, webhook: WebhookId) {
        let mut moments = self.lock();
        if moments.wanted.get(&webhook).is_some_and(|known| *known <= moment) {
            return;
        }
        let first = moments.heap.peek().map(|Reverse((first, _))| *first);
        moments.wanted.insert(webhook, moment);
        moments.heap.push(Reverse((moment, webhook)));
        drop(moments);
        if first.is_none_or(|first| moment < first) {
            self.earlier.notify_one();
        }
    }

    /// Takes the lanes whose moment has come; else how long until the first one's.
    fn due(&self, now: Timestamp) -> Result<Vec<WebhookId>, Option<Duration>> {
        let mut moments = self.lock();
        let mut due = Vec::new();
        while let Some(&Reverse((moment, webhook))) = moments.heap.peek() {
            if moment > now {
                break;
            }
            moments.heap.pop();
            // An entry that an earlier wish of the same lane has replaced counts no more.
            if moments.wanted.get(&webhook) == Some(&moment) {
                moments.wanted.remove(&webhook);
                due.push(webhook);
            }
        }
        if due.is_empty() {
            Err(moments.heap.peek().map(|Reverse((moment, _))| moment.since(now)))
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
