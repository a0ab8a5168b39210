//! Background work.

mod retention;
mod worker;
