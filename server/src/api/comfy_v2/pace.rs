//! What is shown while a job runs: not too often, not twice, and the newest in the end.

use std::time::Duration;

use tokio::time::Instant;

/// Least time between two of a kind: the contract has about two a second.
const PACE: Duration = Duration::from_millis(500);

/// Things of one kind, of which only the latest counts.
#[derive(Debug)]
pub(super) struct Paced<T> {
    said: Option<(Instant, T)>,
    held: Option<T>,
}

impl<T> Default for Paced<T> {
    fn default() -> Self {
        Self { said: None, held: None }
    }
}

impl<T: PartialEq> Paced<T> {
    /// What is to be said at once. What comes too early is held back, in the place of what was;
    /// what was said last is not said again.
    pub(super) fn hear(&mut self, news: T, now: Instant) -> Option<&T> {
        self.held = None;
        match &self.said {
            Some((_, said)) if *said == news => None,
            Some((at, _)) if now < *at + PACE => {
                self.held = Some(news);
                None
            }
            _ => Some(self.say(news, now)),
        }
    }

    /// When what is held back is to be said, if anything is.
    pub(super) fn due(&self) -> Option<Instant> {
        let (at, _) = self.said.as_ref().filter(|_| self.held.is_some())?;
        Some(*at + PACE)
    }

    /// What is held back, and is said now.
    pub(super) fn release(&mut self, now: Instant) -> Option<&T> {
        let held = self.held.take()?;
        Some(self.say(held, now))
    }

    fn say(&mut self, news: T, now: Instant) -> &T {
        &self.said.insert((now, news)).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(100);

    #[test]
    fn the_first_is_said_at_once_and_of_the_next_the_newest_when_it_is_time() {
        let (start, mut paced) = (Instant::now(), Paced::default());
        assert_eq!(paced.hear(1, start), Some(&1));
        assert_eq!(paced.due(), None, "nothing is held back");
        assert_eq!(paced.hear(2, start + SOON), None);
        assert_eq!(paced.hear(3, start + 2 * SOON), None);
        assert_eq!(paced.due(), Some(start + PACE));
        assert_eq!(paced.release(start + PACE), Some(&3));
        assert_eq!(paced.release(start + PACE), None);
        assert_eq!(paced.due(), None);
        assert_eq!(paced.hear(4, start + PACE + SOON), None, "it counts from the last");
        assert_eq!(paced.hear(5, start + 3 * PACE), Some(&5));
        assert_eq!(paced.due(), None, "what is older is not said after it");
    }

    #[test]
    fn what_was_said_last_is_not_said_again() {
        let (start, mut paced) = (Instant::now(), Paced::default());
        paced.hear(1, start);
        assert_eq!(paced.hear(1, start + 2 * PACE), None);
        assert_eq!(paced.hear(2, start + SOON), None);
        assert_eq!(paced.hear(1, start + 2 * SOON), None);
        assert_eq!(paced.due(), None, "nothing is other than was said");
    }
}
