//! What the content security policy keeps out, and that a complaint of the browser is noticed.

use serde_json::json;

use super::{Site, Window, pages::UsersPage};

#[tokio::test]
async fn scripts_and_styles_that_get_into_a_page_do_nothing() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let inject = "
        const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        document.body.append(script);
        const mark = document.createElement('div');
        mark.setAttribute('style', 'position: fixed');
        document.body.append(mark);
        return [window.injected ?? false, getComputedStyle(mark).position];";
    let done = window.read(inject, vec![]).await;
    assert_eq!(done, Some(json!([false, "static"])));
    let complaints = window.complaints(&[]).await;
    for directive in ["script-src", "style-src"] {
        let told = complaints.iter().any(|entry| entry.contains(directive));
        assert!(told, "{directive}: {complaints:#?}");
    }
    window.close().await;
    site.stop().await;
}
