//! The browser's clock and zone, and a signal that keeps relative times fresh.

use std::time::Duration;

use chrono::{DateTime, Utc};
use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::format::{Local, Moment};

const TICK: Duration = Duration::from_secs(20);

/// Now, in milliseconds since 1970, renewed a few times a minute.
#[derive(Clone, Copy)]
pub(crate) struct Clock(RwSignal<i64>);

impl Clock {
    /// Starts the tick and provides the context.
    pub(crate) fn provide() {
        let now = RwSignal::new(now_ms());
        provide_context(Self(now));
        set_interval(move || now.set(now_ms()), TICK);
    }

    /// The present moment in the viewer's zone; tracked, so that readers are renewed.
    pub(crate) fn now() -> Moment {
        let now = use_context::<Self>().map_or_else(now_ms, |clock| clock.0.get());
        moment(now.max(0))
    }
}

/// `at` in the viewer's zone.
pub(crate) fn in_zone(at: DateTime<Utc>) -> Moment {
    moment(at.timestamp_millis())
}

/// What is in a field of type `datetime-local`: a reading of the viewer's wall clock.
pub(crate) fn from_input(value: &str) -> Option<DateTime<Utc>> {
    let ms = Date::new(&JsValue::from_str(value)).get_time();
    if ms.is_nan() {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 of any date that the field takes fit an i64"
    )]
    DateTime::from_timestamp_millis(ms as i64)
}

/// The viewer's zone, such as `America/Chicago`.
pub(crate) fn zone_name() -> String {
    let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &JsValue::from_str("timeZone"))
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "UTC".to_owned())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit an i64 for the next 200 million years"
)]
fn now_ms() -> i64 {
    Date::now() as i64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 stay below 2^53, where f64 is exact"
)]
fn moment(ms: i64) -> Moment {
    let date = Date::new(&JsValue::from_f64(ms as f64));
    Moment {
        ms,
        local: Local {
            year: date.get_full_year(),
            month: date.get_month(),
            day: date.get_date(),
            hour: date.get_hours(),
            minute: date.get_minutes(),
            second: date.get_seconds(),
            milli: date.get_milliseconds(),
        },
    }
}
