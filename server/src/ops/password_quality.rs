//! Which passwords people may choose: long enough to type, hard enough to guess, and none of the last
//! five (NIST SP 800-63B section 5.1.1.2; the estimator is zxcvbn, which knows the commonest ones).

use scim_schema::{
    api::my_account::PasswordStrength,
    id::{AccountId, UserId},
    prepare::new_password,
};
use zxcvbn::{Entropy, Score, feedback::Warning, zxcvbn};

use super::{OpError, sign_in::Services};

/// Characters that the estimator looks at: its work grows faster than the text, and nobody guesses
/// what is this long.
const LOOKED_AT: usize = 100;
/// The least that is accepted: safe from somebody who has stolen the hashes, for a while.
const ENOUGH: Score = Score::Three;

/// How long a password would withstand somebody who knows `known` of its owner.
#[must_use]
pub fn judge(password: &str, known: &[Option<&str>]) -> PasswordStrength {
    let problem = match new_password(password) {
        Err(sentence) => Some(sentence.to_owned()),
        Ok(_) => guessable(&estimate(password, known)),
    };
    PasswordStrength {
        score: u8::from(estimate(password, known).score()),
        problem,
    }
}

/// A new password in the form in which it is hashed.
///
/// # Errors
/// [`OpError::Invalid`] at `path` for one that people may not have.
pub(super) fn check(
    path: &'static str,
    password: &str,
    known: &[Option<&str>],
) -> Result<String, OpError> {
    let prepared = new_password(password).map_err(|sentence| OpError::Invalid {
        path,
        message: sentence.to_owned(),
    })?;
    match guessable(&estimate(&prepared, known)) {
        Some(message) => Err(OpError::Invalid { path, message }),
        None => Ok(prepared),
    }
}

/// Refuses a password that is one of somebody's last five.
///
/// # Errors
/// [`OpError::Invalid`] at `path`, [`OpError::Busy`], and those of the database.
pub(super) async fn refuse_reused(
    services: Services<'_>,
    account: AccountId,
    user: UserId,
    path: &'static str,
    password: &str,
) -> Result<(), OpError> {
    for hash in services.db.account(account).last_passwords(user).await? {
        if services.passwords.verify(password, Some(&hash)).await? {
            return Err(OpError::Invalid {
                path,
                message: "This is one of your last five passwords. Choose another.".to_owned(),
            });
        }
    }
    Ok(())
}

fn estimate(password: &str, known: &[Option<&str>]) -> Entropy {
    let beginning: String = password.chars().take(LOOKED_AT).collect();
    let known: Vec<&str> = known.iter().flatten().copied().collect();
    // A given and a family name are one guess and not two.
    let pairs = known.windows(2).map(|pair| pair.join(" "));
    let pairs: Vec<String> = pairs.collect();
    let words: Vec<&str> = known
        .iter()
        .flat_map(|text| text.split([' ', '@', '.']).chain([*text]))
        .filter(|word| word.chars().count() > 2)
        .chain(pairs.iter().map(String::as_str))
        .collect();
    zxcvbn(&beginning, &words)
}

/// Why a password is too easy to guess; `None` when it is not.
fn guessable(entropy: &Entropy) -> Option<String> {
    if entropy.score() >= ENOUGH {
        return None;
    }
    let feedback = entropy.feedback();
    let warning = feedback.and_then(|feedback| feedback.warning());
    let is_common = matches!(
        warning,
        Some(
            Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
        )
    );
    if is_common {
        return Some(
            "This is one of the commonest passwords, which are tried first. Choose another."
                .to_owned(),
        );
    }
    let mut sentence = "This is easy to guess.".to_owned();
    let suggestion = feedback.and_then(|feedback| feedback.suggestions().first());
    let more = [
        warning.map(|warning| warning.to_string()),
        suggestion.map(ToString::to_string),
    ];
    for more in more.into_iter().flatten() {
        sentence.push(' ');
        sentence.push_str(&more);
    }
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(password: &str) -> Option<String> {
        let known = [
            Some("dana.whitfield@northfield.example"),
            None,
            Some("Dana"),
            Some("Whitfield"),
        ];
        judge(password, &known).problem
    }

    #[test]
    fn a_few_uncommon_words_are_enough() {
        assert_eq!(problem("correct horse battery staple"), None);
        assert_eq!(problem("tulip-44-gravel-orbit"), None);
        assert_eq!(judge("correct horse battery staple", &[]).score, 4);
    }

    #[test]
    fn what_is_guessed_first_is_refused_with_the_reason() {
        for (password, reason) in [
            ("short", "12 characters"),
            ("aaaaaaaaaaaaaaaa", "easy to guess"),
            ("passwordpassword", "easy to guess"),
            ("1qaz2wsx3edc", "commonest"),
            ("whitfieldwhitfield", "easy to guess"),
            ("dana whitfield", "easy to guess"),
            ("abcdefghijklmnop", "easy to guess"),
        ] {
            let told = problem(password).unwrap_or_default();
            assert!(told.contains(reason), "{password}: {told}");
        }
    }

    #[test]
    fn the_longest_password_is_judged_at_once() {
        let longest = "ab1!".repeat(256);
        let started = std::time::Instant::now();
        assert!(judge(&longest, &[]).score <= 4);
        assert!(started.elapsed().as_secs() < 2);
    }
}
