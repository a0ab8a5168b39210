//! Starts the console: readable panics, then the application on the page's body.

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(rollcall_app::App);
}
