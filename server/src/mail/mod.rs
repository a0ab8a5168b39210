//! Mails: their built-in texts, and the way to the mail server. It knows neither database nor jobs.

mod letter;
mod texts;
mod transport;

pub use letter::{Letter, Part};
pub use texts::{Facts, letter};
pub use transport::{Envelope, Mailer, MailerError, Undelivered};
