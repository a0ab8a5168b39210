//! What becomes of alerts, from what is known of connections and tokens at one instant: pure, and
//! the same however often it is asked.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::api::alerts::AlertKind;

use crate::db::{AlertStep, ExpiringScimToken, HeardConnection, OpenAlert};

/// Days before its end at which somebody is told of a token (scim.md section 1.2), the last first.
const MARKS: [i16; 3] = [7, 30, 60];

/// How long before its end a token is looked at.
pub(super) const LOOKS_AHEAD: TimeDelta = TimeDelta::days(60);

/// Raises, renews and resolves.
pub(super) fn steps(
    now: DateTime<Utc>,
    connections: &[HeardConnection],
    tokens: &[ExpiringScimToken],
    open: &[OpenAlert],
) -> Vec<AlertStep> {
    let mut steps: Vec<AlertStep> = open
        .iter()
        .filter_map(|alert| follow(now, connections, tokens, alert))
        .collect();
    let is_open = |kind, subject| {
        open.iter()
            .any(|alert| (alert.kind, alert.subject) == (kind, subject))
    };
    let silent = AlertKind::ConnectionSilent;
    for one in connections {
        if let Some(last) = one.last
            && one.in_use
            && is_silent(now, one, last)
            && !is_open(silent, one.id.0)
        {
            steps.push(AlertStep::Raise {
                kind: silent,
                connection: one.id,
                subject: one.id.0,
                since: last,
                days_left: None,
            });
        }
    }
    let expiring = AlertKind::TokenExpiring;
    for token in tokens {
        // One that has ended before anybody was told is no news.
        if let Some(mark) = mark(now, token.expires_at)
            && token.expires_at > now
            && !is_open(expiring, token.id.0)
        {
            steps.push(AlertStep::Raise {
                kind: expiring,
                connection: token.connection,
                subject: token.id.0,
                since: now,
                days_left: Some(mark),
            });
        }
    }
    steps
}

/// What becomes of an alert that is there.
fn follow(
    now: DateTime<Utc>,
    connections: &[HeardConnection],
    tokens: &[ExpiringScimToken],
    alert: &OpenAlert,
) -> Option<AlertStep> {
    let over = Some(AlertStep::Resolve(alert.id));
    match alert.kind {
        AlertKind::ConnectionSilent => {
            let watched = connections.iter().find(|one| one.id.0 == alert.subject);
            match watched.map(|one| (one, one.last)) {
                // The log does not reach back to the last request: the silence goes on.
                Some((_, None)) => None,
                Some((one, Some(last))) if last <= alert.since && is_silent(now, one, last) => None,
                _ => over,
            }
        }
        AlertKind::TokenExpiring => {
            let token = tokens.iter().find(|token| token.id.0 == alert.subject);
            let Some(mark) = token.and_then(|token| mark(now, token.expires_at)) else {
                return over;
            };
            let closer = alert.days_left.is_some_and(|told| mark < told);
            closer.then_some(AlertStep::Renew(alert.id, mark))
        }
    }
}

fn is_silent(now: DateTime<Utc>, one: &HeardConnection, last: DateTime<Utc>) -> bool {
    last + TimeDelta::hours(i64::from(one.hours)) <= now
}

/// The mark that a token has come to; `None` while it has longer to go.
fn mark(now: DateTime<Utc>, expires_at: DateTime<Utc>) -> Option<i16> {
    let left = expires_at - now;
    let mut marks = MARKS.into_iter();
    marks.find(|days| left <= TimeDelta::days(i64::from(*days)))
}

#[cfg(test)]
mod tests {
    use scim_schema::id::{AlertId, ConnectionId, ScimTokenId};
    use uuid::Uuid;

    use super::*;

    const NOON: &str = "2026-11-22T12:00:00Z";

    fn noon() -> DateTime<Utc> {
        NOON.parse().unwrap()
    }

    fn heard(hours_ago: i64) -> HeardConnection {
        HeardConnection {
            id: ConnectionId(Uuid::from_u128(1)),
            hours: 24,
            last: Some(noon() - TimeDelta::hours(hours_ago)),
            in_use: true,
        }
    }

    fn ending_in(days: i64) -> ExpiringScimToken {
        ExpiringScimToken {
            id: ScimTokenId(Uuid::from_u128(2)),
            connection: ConnectionId(Uuid::from_u128(1)),
            expires_at: noon() + TimeDelta::days(days),
        }
    }

    fn open(kind: AlertKind, hours_ago: i64, days_left: Option<i16>) -> OpenAlert {
        let subject = match kind {
            AlertKind::ConnectionSilent => 1,
            AlertKind::TokenExpiring => 2,
        };
        OpenAlert {
            id: AlertId(Uuid::from_u128(3)),
            kind,
            subject: Uuid::from_u128(subject),
            since: noon() - TimeDelta::hours(hours_ago),
            days_left,
        }
    }

    #[test]
    fn a_connection_in_use_is_silent_after_its_hours() {
        let raised = |one: HeardConnection| steps(noon(), &[one], &[], &[]);
        assert!(raised(heard(23)).is_empty());
        let [AlertStep::Raise { since, .. }] = raised(heard(24))[..] else {
            panic!("not raised");
        };
        assert_eq!(Some(since), heard(24).last);
        let tried = HeardConnection {
            in_use: false,
            ..heard(48)
        };
        assert!(raised(tried).is_empty());
        let patient = HeardConnection {
            hours: 72,
            ..heard(48)
        };
        assert!(raised(patient).is_empty());
    }

    #[test]
    fn a_silence_is_told_once_and_ends_with_a_request_or_when_it_is_watched_no_more() {
        let alert = [open(AlertKind::ConnectionSilent, 48, None)];
        let over = [AlertStep::Resolve(alert[0].id)];
        let after = |connections: &[HeardConnection]| steps(noon(), connections, &[], &alert);
        assert!(after(&[heard(48)]).is_empty());
        let forgotten = HeardConnection {
            last: None,
            in_use: false,
            ..heard(0)
        };
        assert!(after(&[forgotten]).is_empty());
        assert_eq!(after(&[heard(1)]), over);
        assert_eq!(after(&[]), over);
        let patient = HeardConnection {
            hours: 72,
            ..heard(48)
        };
        assert_eq!(after(&[patient]), over);
    }

    #[test]
    fn a_token_is_told_of_at_each_mark_and_no_more_when_it_has_ended() {
        for (days, told) in [
            (60, Some(60)),
            (31, Some(60)),
            (30, Some(30)),
            (7, Some(7)),
            (1, Some(7)),
        ] {
            let raised = steps(noon(), &[], &[ending_in(days)], &[]);
            let [AlertStep::Raise { days_left, .. }] = raised[..] else {
                panic!("{days}: {raised:?}");
            };
            assert_eq!(days_left, told, "{days}");
        }
        for days in [61, 0, -1] {
            assert!(
                steps(noon(), &[], &[ending_in(days)], &[]).is_empty(),
                "{days}"
            );
        }
    }

    #[test]
    fn an_alert_of_a_token_is_renewed_at_the_next_mark_and_ends_with_the_token() {
        let alert = [open(AlertKind::TokenExpiring, 1, Some(30))];
        let after = |tokens: &[ExpiringScimToken]| steps(noon(), &[], tokens, &alert);
        assert!(after(&[ending_in(30)]).is_empty());
        assert!(after(&[ending_in(8)]).is_empty());
        assert_eq!(after(&[ending_in(7)]), [AlertStep::Renew(alert[0].id, 7)]);
        assert_eq!(after(&[]), [AlertStep::Resolve(alert[0].id)]);
        let told = [open(AlertKind::TokenExpiring, 1, Some(7))];
        // It has ended, and nobody has done anything about it.
        assert!(steps(noon(), &[], &[ending_in(-3)], &told).is_empty());
    }
}
