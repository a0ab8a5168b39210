//! The console in a real browser, against the whole server on SQLite.
//!
//! Pages are driven as a person drives them: elements are found by role and accessible name, and
//! every step waits until its element is there. A window that is closed fails its test when the
//! browser complained about anything that the test does not name.

mod axe;
mod driver;
mod pages;
mod provider;
mod site;
mod window;

/// Whether the browser would ask before the window is closed or reloaded.
const ASKS: &str = "
    const leaving = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(leaving);
    return leaving.defaultPrevented;";

mod accessibility;
mod adoption;
mod alerts;
mod audit;
mod coming_back;
mod conflicts;
mod conformance;
mod connections;
mod custom_attributes;
mod dialect;
mod failing;
mod first_start;
mod injection;
mod keyboard;
mod live;
mod log;
mod long_names;
mod mails;
mod mapping;
mod my_account;
mod organisations;
mod person;
mod policies;
mod second_factors;
mod shadow;
mod signing_in;
mod tokens;
mod user_acts;
mod users;
mod widths;

use provider::Provider;
use site::Site;
use window::Window;
