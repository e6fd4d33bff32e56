//! When secrets were used last, to the minute: collected in memory and written now and then, so
//! that a request costs no write for it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use pipeline::{SecretId, Timestamp};

const MINUTE_MS: i64 = 60_000;

/// What was used since it was last written, and when.
#[derive(Debug, Default)]
pub struct SecretUse {
    noted: Mutex<HashMap<SecretId, (Timestamp, bool)>>,
}

impl SecretUse {
    /// A secret matched or signed.
    pub fn note(&self, secret: SecretId, now: Timestamp) {
        let minute =
            Timestamp::from_millis(now.as_millis() - now.as_millis().rem_euclid(MINUTE_MS));
        let mut noted = self.lock();
        let entry = noted.entry(secret).or_insert((minute, true));
        if entry.0 < minute {
            *entry = (minute, true);
        }
    }

    /// When it was used last, as far as this process knows.
    pub fn last(&self, secret: SecretId) -> Option<Timestamp> {
        self.lock().get(&secret).map(|(at, _)| *at)
    }

    /// What has not been written yet; counts as written from now on.
    pub fn take(&self) -> Vec<(SecretId, Timestamp)> {
        let mut noted = self.lock();
        let fresh = noted.iter_mut().filter(|(_, (_, fresh))| *fresh);
        fresh
            .map(|(id, (at, fresh))| {
                *fresh = false;
                (*id, *at)
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SecretId, (Timestamp, bool)>> {
        self.noted.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
