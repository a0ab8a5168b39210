//! Browser and system in words, as far as a user agent tells them; for lists of sessions.

/// Browsers, the ones that others pretend to be last.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// Systems, the ones that others are made of last.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Such as "Firefox on Windows".
#[must_use]
pub fn device_words(user_agent: Option<&str>) -> String {
    let agent = user_agent.unwrap_or_default();
    let first = |known: &[(&str, &'static str)]| {
        let mut found = known.iter().filter(|(part, _)| agent.contains(part));
        found.next().map(|(_, name)| *name)
    };
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("Another program on {system}"),
        (None, None) => "Unknown device".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_browsers_are_told_apart() {
        let words = |agent: &str| device_words(Some(agent));
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
        assert_eq!(words(windows), "Chrome on Windows");
        assert_eq!(
            words(&format!("{windows} Edg/141.0.0.0")),
            "Edge on Windows"
        );
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
        assert_eq!(words(phone), "Safari on iPhone");
        assert_eq!(
            words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            "Firefox on Linux"
        );
        assert_eq!(words("curl/8.9.1"), "curl");
    }

    #[test]
    fn what_is_not_known_says_so() {
        assert_eq!(device_words(None), "Unknown device");
        assert_eq!(device_words(Some("<script>")), "Unknown device");
    }
}
