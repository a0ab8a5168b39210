//! The one source of time.
//!
//! Everything that needs the present instant receives a [`Clock`]; the wall clock of the machine is
//! read in this file and nowhere else, so that tests decide what time it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Digits after the decimal point of a second that every stored instant keeps: PostgreSQL's
/// `timestamptz` has microseconds, and a value must read back equal on both databases.
const SUBSECOND_DIGITS: u16 = 6;

/// Tells the present instant. Clones share the same source.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until its [`ManualClock`] moves it.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> (Self, ManualClock) {
        let instant = Arc::new(Mutex::new(start.trunc_subsecs(SUBSECOND_DIGITS)));
        let control = ManualClock(Arc::clone(&instant));
        (Self(Source::Manual(instant)), control)
    }

    /// The present instant in UTC, cut to whole microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => system_time().trunc_subsecs(SUBSECOND_DIGITS),
            Source::Manual(instant) => *instant.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// Moves the [`Clock`] that it was made with.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// Moves the clock by `by`; a negative duration moves it back.
    pub fn advance(&self, by: TimeDelta) {
        let mut instant = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *instant = (*instant + by).trunc_subsecs(SUBSECOND_DIGITS);
    }

    /// Puts the clock at `instant`.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            instant.trunc_subsecs(SUBSECOND_DIGITS);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that everything else is given"
)]
fn system_time() -> DateTime<Utc> {
    SystemTime::now().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_system_clock_moves_forward_and_has_whole_microseconds() {
        let clock = Clock::system();
        let first = clock.now();
        let second = clock.now();
        assert!(first >= instant("2026-01-01T00:00:00Z"));
        assert!(second >= first);
        assert_eq!(first.timestamp_subsec_nanos() % 1_000, 0);
    }

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved() {
        let (clock, control) = Clock::manual(instant("2026-03-01T08:00:00Z"));
        let copy = clock.clone();
        assert_eq!(clock.now(), clock.now());

        control.advance(TimeDelta::days(90));
        assert_eq!(copy.now(), instant("2026-05-30T08:00:00Z"));

        control.advance(TimeDelta::hours(-1));
        assert_eq!(clock.now(), instant("2026-05-30T07:00:00Z"));

        control.set(instant("2030-01-01T00:00:00Z"));
        assert_eq!(clock.now(), instant("2030-01-01T00:00:00Z"));
    }

    #[test]
    fn a_manual_clock_cuts_what_the_databases_cannot_store() {
        let (clock, control) = Clock::manual(instant("2026-03-01T08:00:00.123456789Z"));
        assert_eq!(clock.now(), instant("2026-03-01T08:00:00.123456Z"));

        control.advance(TimeDelta::nanoseconds(999));
        assert_eq!(clock.now(), instant("2026-03-01T08:00:00.123456Z"));

        control.set(instant("2026-03-01T08:00:00.9999999Z"));
        assert_eq!(clock.now(), instant("2026-03-01T08:00:00.999999Z"));
    }
}
