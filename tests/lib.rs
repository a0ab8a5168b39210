//! Integration tests of Rollcall; everything is under `main.rs`.
