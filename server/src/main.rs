//! The `rollcall` binary: everything is in the library, so that tests reach it.

use std::io;
use std::process::ExitCode;

use rollcall_server::cli::{self, Terminal};

/// Requests make many small values that live as long as they do.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // A variable that is not UTF-8 cannot be one of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut terminal = Terminal {
        input: &mut io::stdin().lock(),
        output: &mut io::stdout(),
        errors: &mut io::stderr(),
    };
    cli::run(std::env::args_os(), &variables, &mut terminal)
        .await
        .into()
}
