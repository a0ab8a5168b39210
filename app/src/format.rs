//! Numbers and times as people read them. Pure: the browser's zone comes in as fields.

use crate::text;

/// A wall clock reading in the viewer's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    /// Such as 2026.
    pub year: u32,
    /// 0 to 11.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 to 999.
    pub milli: u32,
}

/// A point in time with its reading in the viewer's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Milliseconds since 1970 UTC.
    pub ms: i64,
    /// The same on the viewer's wall clock.
    pub local: Local,
}

impl Moment {
    /// `14 Nov 2026`.
    pub(crate) fn date(&self) -> String {
        let Local { year, day, .. } = self.local;
        format!("{day} {} {year}", self.month())
    }

    /// `14 Nov 2026, 16:59:58`.
    pub(crate) fn full(&self) -> String {
        format!("{}, {}", self.date(), self.clock())
    }

    /// `2026-11-14T16:59`, for a field of type `datetime-local`.
    pub(crate) fn input(&self) -> String {
        let Local {
            year,
            month,
            day,
            hour,
            minute,
            ..
        } = self.local;
        format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}", month + 1)
    }

    /// `16:59:58`.
    pub(crate) fn clock(&self) -> String {
        let Local {
            hour,
            minute,
            second,
            ..
        } = self.local;
        format!("{hour:02}:{minute:02}:{second:02}")
    }

    /// `14 Nov`; with the year when it is not `now`'s.
    pub(crate) fn day(&self, now: &Self) -> String {
        let Local { year, day, .. } = self.local;
        if year == now.local.year {
            format!("{day} {}", self.month())
        } else {
            self.date()
        }
    }

    /// `14 Nov 16:59:58`; with the year in the place of the clock when it is not `now`'s.
    pub(crate) fn short(&self, now: &Self) -> String {
        let Local { year, day, .. } = self.local;
        if year == now.local.year {
            format!("{day} {} {}", self.month(), self.clock())
        } else {
            self.date()
        }
    }

    /// For a log: `16:59:58.112` today, `14 Nov 16:59` on other days, else the date.
    pub(crate) fn log(&self, now: &Self) -> String {
        let Local {
            year,
            day,
            hour,
            minute,
            milli,
            ..
        } = self.local;
        if self.day_number() == now.day_number() {
            format!("{}.{milli:03}", self.clock())
        } else if year == now.local.year {
            format!("{day} {} {hour:02}:{minute:02}", self.month())
        } else {
            self.date()
        }
    }

    /// `29 min ago`, `Yesterday`, `9 days ago`; a date once it is four weeks ago or ahead of us.
    pub(crate) fn relative(&self, now: &Self) -> String {
        let seconds = now.ms.saturating_sub(self.ms) / 1000;
        let days = now.day_number() - self.day_number();
        match seconds {
            i64::MIN..=-61 => self.day(now),
            -60..=59 => text::time::JUST_NOW.to_owned(),
            60..=3599 => text::time::minutes_ago(seconds / 60),
            3600..=86_399 => text::time::hours_ago(seconds / 3600),
            _ if days <= 1 => text::time::YESTERDAY.to_owned(),
            _ if days < 28 => text::time::days_ago(days),
            _ => self.day(now),
        }
    }

    fn month(&self) -> &'static str {
        let index = usize::try_from(self.local.month).unwrap_or(0);
        text::time::MONTHS.get(index).copied().unwrap_or_default()
    }

    /// Days since a fixed day, in the proleptic Gregorian calendar, of the local date.
    fn day_number(&self) -> i64 {
        let Local {
            year, month, day, ..
        } = self.local;
        let (year, month) = (i64::from(year), i64::from(month) + 1);
        let (year, month) = if month <= 2 {
            (year - 1, month + 9)
        } else {
            (year, month - 3)
        };
        year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + i64::from(day)
    }
}

/// "1 person" or "1,284 people".
pub(crate) fn people(n: u64) -> String {
    counted(n, "person", "people")
}

/// "1 group" or "1,284 groups".
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `12,406`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `0.4 ms`, `36 ms`, `1.2 s`.
pub(crate) fn duration(us: u64) -> String {
    match us {
        0..=9_949 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        9_950..=999_499 => format!("{} ms", (us + 500) / 1_000),
        _ => format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000),
    }
}

/// Up to two letters for an avatar: of the first and the last word.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_whitespace() || c == '.' || c == '@')
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .take(2)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: i64, day: u32, hour: u32, minute: u32) -> Moment {
        Moment {
            ms,
            local: Local {
                year: 2026,
                month: 10,
                day,
                hour,
                minute,
                second: 58,
                milli: 112,
            },
        }
    }

    const NOW_MS: i64 = 1_794_690_000_000;

    fn now() -> Moment {
        at(NOW_MS, 14, 10, 0)
    }

    #[test]
    fn recent_times_are_told_by_their_distance() {
        let minute = 60_000;
        let hour = 60 * minute;
        let cases = [
            (at(NOW_MS - 5_000, 14, 9, 59), "Just now"),
            (at(NOW_MS - 29 * minute, 14, 9, 31), "29 min ago"),
            (at(NOW_MS - 2 * hour, 14, 8, 0), "2 h ago"),
            (at(NOW_MS - 23 * hour, 13, 11, 0), "23 h ago"),
            (at(NOW_MS - 30 * hour, 13, 4, 0), "Yesterday"),
            (at(NOW_MS - 216 * hour, 5, 10, 0), "9 days ago"),
        ];
        for (then, expected) in cases {
            assert_eq!(then.relative(&now()), expected);
        }
    }

    #[test]
    fn distant_and_future_times_are_told_by_date_with_the_year_when_it_is_another() {
        let mut old = at(NOW_MS - 43 * 86_400_000, 2, 10, 0);
        old.local.month = 9;
        assert_eq!(old.relative(&now()), "2 Oct");
        assert_eq!(old.day(&now()), "2 Oct");
        old.local.year = 2025;
        old.ms -= 365 * 86_400_000;
        assert_eq!(old.relative(&now()), "2 Oct 2025");
        assert_eq!(old.day(&now()), "2 Oct 2025");
        let ahead = at(NOW_MS + 86_400_000, 15, 10, 0);
        assert_eq!(ahead.relative(&now()), "15 Nov");
    }

    #[test]
    fn a_log_shows_the_clock_today_and_the_day_before_that() {
        assert_eq!(at(NOW_MS, 14, 16, 59).log(&now()), "16:59:58.112");
        assert_eq!(at(NOW_MS, 13, 16, 59).log(&now()), "13 Nov 16:59");
        let mut old = at(NOW_MS, 13, 16, 59);
        old.local.year = 2025;
        assert_eq!(old.log(&now()), "13 Nov 2025");
        assert_eq!(old.short(&now()), "13 Nov 2025");
    }

    #[test]
    fn day_numbers_run_on_over_the_end_of_february_and_of_the_year() {
        let day = |year, month, day| {
            let mut moment = now();
            moment.local = Local {
                year,
                month,
                day,
                ..moment.local
            };
            moment.day_number()
        };
        assert_eq!(day(2028, 2, 1) - day(2028, 1, 28), 2);
        assert_eq!(day(2027, 2, 1) - day(2027, 1, 28), 1);
        assert_eq!(day(2027, 0, 1) - day(2026, 11, 31), 1);
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_406), "12,406");
        assert_eq!(count(1_000_000), "1,000,000");
    }

    #[test]
    fn durations_keep_two_digits() {
        assert_eq!(duration(412), "0.4 ms");
        assert_eq!(duration(36_400), "36 ms");
        assert_eq!(duration(1_250_000), "1.2 s");
    }

    #[test]
    fn initials_are_those_of_the_first_and_last_word() {
        assert_eq!(initials("Anna Maria Kowalczyk"), "AK");
        assert_eq!(initials("ünal"), "Ü");
        assert_eq!(initials("a.b@example.org"), "AO");
        assert_eq!(initials("  "), "");
    }
}
