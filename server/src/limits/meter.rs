//! How often: the generic cell rate algorithm, in memory that does not grow.
//!
//! What is known of somebody is one number: when, at the agreed rate, all that
//! they asked for so far would be done. It is kept in a table of fixed size, in
//! buckets of four; a newcomer takes the place of whoever is the furthest from
//! their limit, so that filling the table with strangers frees nobody who is
//! close to theirs, unless three others in the bucket are closer.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many in so long a time, all at once or spread over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub most: u32,
    pub per: Duration,
}

impl Rate {
    /// So many in a minute.
    pub const fn per_minute(most: u32) -> Self {
        Self { most, per: Duration::from_mins(1) }
    }
}

/// How somebody stands with their rate after asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub rate: Rate,
    /// How many more there may be at once.
    pub remaining: u32,
    /// After which time all of it is there again.
    pub reset: Duration,
}

/// It is too often; after this time it will not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    pub rate: Rate,
    pub retry_after: Duration,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// Hash of who it is; 0 for nobody.
    who: u64,
    /// When all they asked for would be done, in nanoseconds since the start.
    done: u64,
}

const WAYS: usize = 4;
type Bucket = [Cell; WAYS];
const BUCKETS: usize = 1 << 14;
/// Parts of the table that are locked one by one.
const SHARDS: usize = 64;

/// Counts whoever it is shown.
#[derive(Debug)]
pub struct Meter {
    /// Never held across an await.
    shards: Box<[Mutex<Box<[Bucket]>>]>,
    /// Differs from process to process: nobody can choose their bucket.
    hasher: RandomState,
    started: Instant,
}

impl Default for Meter {
    fn default() -> Self {
        // Zeroes: the kernel gives the memory when it is first written.
        let shard = |_| Mutex::new(vec![Bucket::default(); BUCKETS / SHARDS].into_boxed_slice());
        Self {
            shards: (0..SHARDS).map(shard).collect(),
            hasher: RandomState::new(),
            started: Instant::now(),
        }
    }
}

impl Meter {
    /// Most memory the table takes, in bytes, whoever comes.
    pub const BYTES: usize = BUCKETS * size_of::<Bucket>();

    /// Counts one more of `who`, if that is not too often.
    ///
    /// # Errors
    ///
    /// When it is; then it is not counted.
    pub fn take(&self, who: &impl Hash, rate: Rate, now: Instant) -> Result<Quota, TooOften> {
        let hash = self.hasher.hash_one(who) | 1;
        let place = (hash >> 1) as usize % BUCKETS;
        let shard = &self.shards[place % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let now = nanos(now.saturating_duration_since(self.started));
        let cell = cell_of(&mut shard[place / SHARDS], hash);
        let (per, each) = (nanos(rate.per), nanos(rate.per) / u64::from(rate.most.max(1)));
        let done = cell.done.max(now) + each;
        let ahead = done - now;
        if ahead > per {
            return Err(TooOften { rate, retry_after: Duration::from_nanos(ahead - per) });
        }
        cell.done = done;
        let remaining = ((per - ahead) / each) as u32;
        Ok(Quota { rate, remaining, reset: Duration::from_nanos(ahead) })
    }
}

/// The cell of `who`; a new one in the place of whoever asked for the least.
fn cell_of(bucket: &mut Bucket, who: u64) -> &mut Cell {
    let known = bucket.iter().position(|cell| cell.who == who);
    let place = known.unwrap_or_else(|| {
        let least = (0..WAYS).min_by_key(|place| bucket[*place].done).unwrap_or_default();
        bucket[least] = Cell { who, done: 0 };
        least
    });
    &mut bucket[place]
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::per_minute(6);

    fn after(seconds: u64, meter: &Meter) -> Instant {
        meter.started + Duration::from_secs(seconds)
    }

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_one_every_tenth() {
        let meter = Meter::default();
        let at = |seconds| meter.take(&"a", RATE, after(seconds, &meter));
        for remaining in (0..6).rev() {
            assert_eq!(at(0).unwrap().remaining, remaining);
        }
        assert_eq!(at(0).unwrap_err().retry_after, Duration::from_secs(10));
        assert_eq!(at(9).unwrap_err().retry_after, Duration::from_secs(1));
        let quota = at(10).unwrap();
        assert_eq!((quota.remaining, quota.reset), (0, Duration::from_mins(1)));
        assert!(at(11).is_err(), "what was refused was not counted, what was let in was");
    }

    #[test]
    fn one_does_not_count_for_another() {
        let meter = Meter::default();
        let now = after(0, &meter);
        while meter.take(&"a", RATE, now).is_ok() {}
        assert_eq!(meter.take(&"b", RATE, now).unwrap().remaining, 5);
    }

    // safety 22
    #[test]
    fn a_hundred_thousand_strangers_take_no_more_room_and_free_nobody() {
        let meter = Meter::default();
        let now = after(0, &meter);
        while meter.take(&"busy", RATE, now).is_ok() {}
        let before: usize = meter.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        for stranger in 0..100_000_u32 {
            meter.take(&stranger, RATE, now).unwrap();
        }
        let cells: usize = meter.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert_eq!(cells, before);
        assert_eq!(cells * size_of::<Bucket>(), Meter::BYTES);
        assert!(meter.take(&"busy", RATE, now).is_err());
    }
}
