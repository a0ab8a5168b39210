//! One browser with one page, and what a person does with it.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{
    BrowserLogEntry, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, Key,
    LoggingPrefsLogLevel, TypingData, WebDriver, WebElement,
};
use tokio::time::Instant;

use super::{
    Site,
    driver::{Driver, chromium},
};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(40);
/// Longest time of one command to the browser.
const COMMAND_TAKES: Duration = Duration::from_secs(60);

/// The rules of the browser: nothing but what a test asks of it.
const SWITCHES: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,1000",
];

/// Finds an element by role and name.
const FIND: &str = include_str!("find.js");

/// A browser of its own. Ends with [`Window::close`].
pub(crate) struct Window {
    driver: WebDriver,
    origin: String,
    // Declared in the order in which they have to end.
    chromedriver: Driver,
    _profile: TempDir,
}

/// Begins a session. On a busy machine a browser sometimes ends while it starts.
async fn begin(
    chromedriver: &str,
    wishes: &ChromeCapabilities,
    http: &reqwest::Client,
) -> WebDriver {
    let mut tries = 3;
    loop {
        let session = WebDriver::builder(chromedriver, wishes.clone()).client(http.clone());
        match session.connect().await {
            Ok(driver) => return driver,
            Err(error) => {
                tries -= 1;
                assert!(tries > 0, "a browser: {error}");
            }
        }
    }
}

impl Window {
    /// Opens a browser that was never used before.
    pub(crate) async fn open(site: &Site) -> Self {
        let chromedriver = Driver::start();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut wishes = DesiredCapabilities::chrome();
        let program = chromium();
        wishes
            .set_binary(&program.to_string_lossy())
            .expect("a program");
        let profile_switch = format!("--user-data-dir={}", profile.path().display());
        for switch in SWITCHES.iter().copied().chain([profile_switch.as_str()]) {
            wishes.add_arg(switch).expect("a switch");
        }
        wishes
            .set_browser_log_level(LoggingPrefsLogLevel::Severe)
            .expect("a log level");
        // A connection of its own for each command: chromedriver closes idle ones at a time of its
        // choosing, and a command that is just on its way there would fail.
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .timeout(COMMAND_TAKES)
            .build()
            .expect("a client");
        let driver = begin(&chromedriver.url(), &wishes, &http).await;
        Self {
            driver,
            origin: site.origin().to_owned(),
            chromedriver,
            _profile: profile,
        }
    }

    /// Types an address of the console.
    pub(crate) async fn go_to(&self, path: &str) {
        let address = format!("{}{path}", self.origin);
        self.driver.goto(address).await.expect("an address");
    }

    /// Types any address.
    pub(crate) async fn go_to_address(&self, address: &str) {
        self.driver.goto(address).await.expect("an address");
    }

    pub(crate) async fn reload(&self) {
        self.driver.refresh().await.expect("a page");
    }

    pub(crate) async fn back(&self) {
        self.driver.back().await.expect("a page before");
    }

    /// What the address bar shows after the host.
    pub(crate) async fn address(&self) -> String {
        let script = "return location.pathname + location.search + location.hash;";
        let address = self.read(script, vec![]).await.unwrap_or_default();
        address.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the address is this one.
    pub(crate) async fn until_address(&self, wanted: &str) {
        self.until(&format!("the address {wanted}"), async || {
            (self.address().await == wanted).then_some(())
        })
        .await;
    }

    /// Waits until `check` answers something, and fails with what the page shows when it never does.
    pub(crate) async fn until<T>(&self, what: &str, check: impl AsyncFn() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = check().await {
                return found;
            }
            if Instant::now() > deadline {
                let (address, words) = (self.address().await, self.words().await);
                panic!("waited in vain for {what}, at {address}:\n{words}");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// What a script answers; `None` when the page is just being exchanged.
    pub(crate) async fn read(&self, script: &str, arguments: Vec<Value>) -> Option<Value> {
        let answer = self.driver.execute(script, arguments).await.ok()?;
        Some(answer.json().clone())
    }

    /// What an asynchronous script hands to its last argument.
    pub(crate) async fn read_later(&self, script: &str) -> Value {
        let answer = self.driver.execute_async(script, Vec::new()).await;
        answer.expect("an answer").json().clone()
    }

    /// Every word that can be seen.
    pub(crate) async fn words(&self) -> String {
        let script = "return document.body.innerText;";
        let words = self.read(script, vec![]).await.unwrap_or_default();
        words.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until these words can be seen, in any case: style sheets change it.
    pub(crate) async fn see(&self, words: &str) {
        let wanted = words.to_lowercase();
        self.until(&format!("\"{words}\""), async || {
            self.words()
                .await
                .to_lowercase()
                .contains(&wanted)
                .then_some(())
        })
        .await;
    }

    /// Waits until these words cannot be seen.
    pub(crate) async fn see_no(&self, words: &str) {
        let unwanted = words.to_lowercase();
        self.until(&format!("\"{words}\" to go"), async || {
            (!self.words().await.to_lowercase().contains(&unwanted)).then_some(())
        })
        .await;
    }

    /// Waits until the page with this heading is there.
    pub(crate) async fn see_page(&self, heading: &str) {
        let script = "return document.querySelector('h1')?.innerText ?? '';";
        self.until(&format!("the page {heading}"), async || {
            let found = self.read(script, vec![]).await?;
            (found.as_str() == Some(heading)).then_some(())
        })
        .await;
    }

    /// Waits until `script` answers `wanted`.
    pub(crate) async fn until_reads(&self, what: &str, script: &str, wanted: Value) {
        self.until(&format!("{what}: {wanted}"), async || {
            (self.read(script, vec![]).await? == wanted).then_some(())
        })
        .await;
    }

    /// Whether there is such an element now.
    pub(crate) async fn has(&self, role: &str, name: &str) -> bool {
        self.find(role, name).await.is_some()
    }

    pub(crate) async fn click_button(&self, name: &str) {
        self.click("button", name).await;
    }

    pub(crate) async fn click_link(&self, name: &str) {
        self.click("link", name).await;
    }

    /// Ticks, unticks or chooses what is labelled so.
    pub(crate) async fn click_field(&self, label: &str) {
        self.click("field", label).await;
    }

    /// Clicks the first element that matches a CSS selector.
    pub(crate) async fn click_first(&self, selector: &str) {
        self.until(&format!("a click on {selector}"), async || {
            let script = "return document.querySelector(arguments[0]);";
            let found = self.driver.execute(script, vec![json!(selector)]).await;
            found.ok()?.element().ok()?.click().await.ok()
        })
        .await;
    }

    /// Replaces what a field contains.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.element("field", label).await;
        // A modifier stays pressed until `Null`.
        let keys = Key::Control + "a" + Key::Null + Key::Delete + text;
        field.send_keys(keys).await.expect("typing");
        self.until(&format!("\"{text}\" in {label}"), async || {
            let value = self.find("field", label).await?.prop("value").await.ok()?;
            (value.as_deref() == Some(text)).then_some(())
        })
        .await;
    }

    /// What a field contains.
    pub(crate) async fn value(&self, label: &str) -> String {
        let field = self.element("field", label).await;
        let value = field.prop("value").await.expect("a value");
        value.unwrap_or_default()
    }

    /// Presses keys, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        let typing = self.driver.action_chain().send_keys(keys);
        typing.perform().await.expect("typing");
    }

    /// Presses the tab key until the focus is on an element of this name.
    pub(crate) async fn tab_to(&self, name: &str) {
        const STOPS: usize = 60;
        let mut passed = Vec::new();
        for _ in 0..STOPS {
            self.press(Key::Tab).await;
            let focus = self.focus().await.unwrap_or_default();
            if focus == name {
                return;
            }
            passed.push(focus);
        }
        panic!("{name} is not among the stops: {passed:#?}");
    }

    /// Waits until the focus is on an element of this name.
    pub(crate) async fn until_focus(&self, name: &str) {
        self.until(&format!("the focus on {name}"), async || {
            (self.focus().await? == name).then_some(())
        })
        .await;
    }

    /// The name of the element that has the focus: its label, its words, or its id.
    pub(crate) async fn focus(&self) -> Option<String> {
        let script = "
            const focus = document.activeElement;
            const labels = [...(focus.labels ?? [])].map((label) => label.innerText).join(' ');
            const name = focus.getAttribute('aria-label') || labels || focus.innerText || focus.id;
            return focus === document.body ? '' : name.replace(/\\s+/g, ' ').trim();";
        let name = self.read(script, vec![]).await?;
        name.as_str().map(str::to_owned)
    }

    /// Shows pages in a colour scheme and at a width in pixels, without movement.
    pub(crate) async fn show_as(&self, scheme: &str, width: u32) {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        let size = json!({
            "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false,
        });
        for (command, parameters) in [
            ("Emulation.setEmulatedMedia", features),
            ("Emulation.setDeviceMetricsOverride", size),
        ] {
            let done = self.driver.cdp().send_raw(command, parameters).await;
            done.unwrap_or_else(|error| panic!("{command}: {error}"));
        }
        let still = "
            return innerWidth === arguments[0] && matchMedia(
                `(prefers-color-scheme: ${arguments[1]})`).matches
                && document.getAnimations().every((one) => one.playState !== 'running');";
        self.until(
            &format!("a still page, {scheme}, {width} px wide"),
            async || {
                let arguments = vec![json!(width), json!(scheme)];
                self.read(still, arguments)
                    .await?
                    .as_bool()
                    .filter(|is| *is)
            },
        )
        .await;
    }

    /// Holds back answers to addresses that match a pattern such as `*/api/v1/me`, or none any more.
    pub(crate) async fn hold_back(&self, pattern: Option<&str>) {
        let (command, parameters) = match pattern {
            Some(pattern) => (
                "Fetch.enable",
                json!({ "patterns": [{ "urlPattern": pattern }] }),
            ),
            None => ("Fetch.disable", json!({})),
        };
        let done = self.driver.cdp().send_raw(command, parameters).await;
        done.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Plugs in an authenticator for passkeys that knows its person
    /// (<https://www.w3.org/TR/webauthn-3/#sctn-automation>).
    pub(crate) async fn plug_in_authenticator(&self) {
        let parameters = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        let address = format!(
            "{}/session/{}/webauthn/authenticator",
            self.chromedriver.url(),
            self.driver.session_id()
        );
        let plugged = reqwest::Client::new()
            .post(address)
            .json(&parameters)
            .send()
            .await
            .expect("an answer");
        assert!(plugged.status().is_success(), "{:?}", plugged.text().await);
    }

    /// Marks the page; see [`Window::assert_not_reloaded`].
    pub(crate) async fn mark(&self) {
        let marked = self
            .read("window.mark = 'kept'; return true;", vec![])
            .await;
        assert_eq!(marked, Some(json!(true)));
    }

    /// Fails when the page was loaded again since it was marked.
    pub(crate) async fn assert_not_reloaded(&self) {
        let mark = self.read("return window.mark ?? null;", vec![]).await;
        assert_eq!(mark, Some(json!("kept")), "the page was loaded again");
    }

    /// Closes the browser. Fails when it complained: about the content security policy, about an
    /// exception, or about an answer. That nobody is signed in yet is no complaint.
    pub(crate) async fn close(self) {
        self.close_despite(&[]).await;
    }

    /// Closes the browser, which may have complained about answers to addresses that contain these
    /// texts.
    pub(crate) async fn close_despite(self, answers: &[&str]) {
        let complaints = self.complaints(answers).await;
        self.driver.clone().quit().await.expect("an end");
        assert!(complaints.is_empty(), "{complaints:#?}");
    }

    /// What the browser complained about since it was opened or asked last, but for answers to
    /// addresses that contain these texts.
    pub(crate) async fn complaints(&self, answers: &[&str]) -> Vec<String> {
        let entries = self.driver.browser_log().await.expect("a log");
        let unexpected = entries.iter().filter(|entry| !is_expected(entry, answers));
        unexpected.map(|entry| entry.message.clone()).collect()
    }

    async fn click(&self, role: &str, name: &str) {
        self.until(&format!("a click on the {role} {name}"), async || {
            self.find(role, name).await?.click().await.ok()
        })
        .await;
    }

    async fn element(&self, role: &str, name: &str) -> WebElement {
        self.until(&format!("the {role} {name}"), async || {
            self.find(role, name).await
        })
        .await
    }

    async fn find(&self, role: &str, name: &str) -> Option<WebElement> {
        let arguments = vec![json!(role), json!(name)];
        let found = self.driver.execute(FIND, arguments).await.ok()?;
        found.element().ok()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The driver ends the browser of a test that panicked; the client's own farewell would
        // wait for this very thread. After `close` there is nothing to leave.
        let _left = self.driver.clone().leak();
    }
}

/// An answer of status 400 or above is logged by the browser; some belong to what is tested.
fn is_expected(entry: &BrowserLogEntry, answers: &[&str]) -> bool {
    let of_answer = entry.source.as_deref() == Some("network");
    let signed_out = entry.message.contains("/api/v1/me - ") && entry.message.contains(" 401 ");
    let named = answers.iter().any(|part| entry.message.contains(part));
    of_answer && (signed_out || named)
}
