//! Background work.

mod renewal;
mod retention;
mod worker;
