//! Strings of alerts about connections.

pub(crate) const ACKNOWLEDGE: &str = "Acknowledge";
pub(crate) const ACKNOWLEDGED: &str = "Alert acknowledged";
pub(crate) const TO_LOG: &str = "Look at its requests";
pub(crate) const TO_TOKEN: &str = "Rotate the token";
pub(crate) const ROTATE_WHY: &str = "From then on requests with it are refused. Rotate it, and paste the new one into the provider; until the old one ends both work.";
pub(crate) const ENDED_WHY: &str = "Requests with it are refused. Create a token and paste it into the provider, or remove this one if nobody needs it.";
pub(crate) const SILENCE: &str = "Alert about silence";
pub(crate) const SILENCE_HOURS: &str = "Hours without a request";
pub(crate) const SILENCE_HINT: &str = "After so many hours there is an alert. 0 is for never.";
pub(crate) const SAVE: &str = "Save hours";
pub(crate) const SAVING: &str = "Saving hours";
pub(crate) const SAVED: &str = "Hours saved";

/// A connection that has fallen silent.
pub(crate) fn silent(name: &str, since: &str) -> String {
    format!("{name} has sent nothing since {since}.")
}

/// What that may mean and where to look.
pub(crate) fn silent_why(name: &str) -> String {
    format!(
        "People whom it would disable keep their access. Look at what {name} was answered last, and whether it still provisions."
    )
}

/// A token that ends, or has ended, and that no other one takes the place of.
pub(crate) fn token_ends(hint: &str, name: &str, date: &str, over: bool) -> String {
    let ends = if over { "ended" } else { "ends" };
    format!("Token {hint}… of {name} {ends} on {date}, and no other one takes its place.")
}

/// Name of the button among those of other alerts.
pub(crate) fn acknowledge_label(name: &str) -> String {
    format!("{ACKNOWLEDGE} the alert about {name}")
}

/// For those who may not change it.
pub(crate) fn silence(hours: u16) -> String {
    match hours {
        0 => "There is no alert, however long nothing is sent.".to_owned(),
        1 => "There is an alert after an hour without a request.".to_owned(),
        n => format!("There is an alert after {n} hours without a request."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_has_ended_is_told_in_the_past() {
        assert!(token_ends("rc_a", "Okta", "1 May 2027", false).contains("Okta ends on 1 May"));
        assert!(token_ends("rc_a", "Okta", "1 May 2027", true).contains("Okta ended on 1 May"));
    }
}
