//! The built-in texts, one function for each kind (features.md, A11). English; what an organisation
//! writes itself takes their place.

use scim_schema::mail::MailKind;

use super::letter::{Letter, Part, plain};

/// What a text is made of. Names are as they are stored; the letter tames them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Name of the account.
    pub account: String,
    /// Where people sign in.
    pub sign_in: String,
    /// Name of the person whom it goes to.
    pub name: String,
    /// Sign-in name of the person whom it goes to.
    pub user_name: String,
    /// Name of the person whom it is about.
    pub about: String,
    /// Who did it, or asks for it.
    pub by: Option<String>,
    /// Whole days that are left.
    pub days: u32,
    /// Name of the organisation that it is about.
    pub organisation: Option<String>,
    /// Names that it lists.
    pub people: Vec<String>,
    /// How many more there are than it lists.
    pub more: u64,
    /// The one-time link, or the page that it leads to.
    pub link: String,
}

/// The text of a kind.
#[must_use]
pub fn letter(kind: MailKind, facts: &Facts) -> Letter {
    let facts = &facts.tamed();
    match kind {
        MailKind::SetPassword => set_password(facts),
        MailKind::ResetPassword => reset_password(facts),
        MailKind::PasswordAssigned => password_assigned(facts),
        MailKind::SecondFactorReset => second_factor_reset(facts),
        MailKind::EmailChanged => email_changed(facts),
        MailKind::Denied => denied(facts),
        MailKind::DormancyWarning => dormancy_warning(facts),
        MailKind::Inactive => inactive(facts),
        MailKind::Removed => removed(facts),
        MailKind::Suspended => suspended(facts),
        MailKind::DeniedDigest => denied_digest(facts),
        MailKind::ApprovalAsked => approval_asked(facts),
        MailKind::NoAdministrator => no_administrator(facts),
        MailKind::Test => test(facts),
    }
}

impl Facts {
    /// The same with names that fit on a line.
    fn tamed(&self) -> Self {
        Self {
            account: plain(&self.account),
            sign_in: self.sign_in.clone(),
            name: plain(&self.name),
            user_name: plain(&self.user_name),
            about: plain(&self.about),
            by: self.by.as_deref().map(plain),
            days: self.days,
            organisation: self.organisation.as_deref().map(plain),
            people: self.people.iter().map(|name| plain(name)).collect(),
            more: self.more,
            link: self.link.clone(),
        }
    }

    fn by(&self) -> &str {
        self.by.as_deref().unwrap_or("An administrator")
    }

    /// What was asked of an organisation where one is meant, and of the account otherwise.
    fn place(&self) -> &str {
        self.organisation.as_deref().unwrap_or(&self.account)
    }

    /// A letter to the person whom it is about.
    fn to_person<const N: usize>(&self, subject: String, parts: [Part; N]) -> Letter {
        let end = format!(
            "If you have a question, ask an administrator of {}. This mail was sent automatically; an answer to it is not read.",
            self.account
        );
        self.write(subject, parts, end)
    }

    /// A letter to an administrator.
    fn to_administrator<const N: usize>(&self, subject: String, parts: [Part; N]) -> Letter {
        let end = format!(
            "You get this mail because you administer {}. It was sent automatically; an answer to it is not read.",
            self.account
        );
        self.write(subject, parts, end)
    }

    fn write<const N: usize>(&self, subject: String, parts: [Part; N], end: String) -> Letter {
        let greeting = text(format!("Hello {},", self.name));
        let parts = std::iter::once(greeting).chain(parts).chain([text(end)]);
        Letter {
            subject,
            parts: parts.collect(),
        }
    }
}

fn text(text: impl Into<String>) -> Part {
    Part::Text(text.into())
}

fn days(number: u32) -> String {
    match number {
        1 => "1 day".to_owned(),
        more => format!("{more} days"),
    }
}

fn set_password(facts: &Facts) -> Letter {
    facts.to_person(
        format!("Welcome to {}: choose your password", facts.account),
        [
            text(format!(
                "You have an account at {}. Your sign-in name is {}.",
                facts.account, facts.user_name
            )),
            Part::Link("Choose your password", facts.link.clone()),
            text("The link works once, within 24 hours. When it has run out, ask an administrator for another one."),
        ],
    )
}

fn reset_password(facts: &Facts) -> Letter {
    let (user_name, account) = (&facts.user_name, &facts.account);
    let asked = match &facts.by {
        Some(by) => format!(
            "{by} sent you this link to choose another password for {user_name} at {account}."
        ),
        None => format!(
            "Somebody, probably you, asked to choose another password for {user_name} at {account}."
        ),
    };
    facts.to_person(
        format!("Choose another password for {}", facts.account),
        [
            text(asked),
            Part::Link("Choose another password", facts.link.clone()),
            text("The link works once, within one hour, and signs you out everywhere else."),
            text("If you did not ask for it, do nothing: your password stays as it is."),
        ],
    )
}

fn password_assigned(facts: &Facts) -> Letter {
    facts.to_person(
        format!("Your password for {} was changed", facts.account),
        [
            text(format!(
                "{} set a password for you at {} and signed you out everywhere. You will be asked for one of your own at the next sign-in.",
                facts.by(),
                facts.account
            )),
            Part::Link("Sign in", facts.sign_in.clone()),
        ],
    )
}

fn second_factor_reset(facts: &Facts) -> Letter {
    facts.to_person(
        format!("Your second factor for {} was taken away", facts.account),
        [
            text(format!(
                "{} took away the second factor of your sign-in at {}. You will be asked to set one up again.",
                facts.by(),
                facts.account
            )),
            text("If you did not ask for it, tell an administrator now."),
            Part::Link("Sign in", facts.sign_in.clone()),
        ],
    )
}

fn email_changed(facts: &Facts) -> Letter {
    facts.to_person(
        format!("Your e-mail address at {} was changed", facts.account),
        [
            text(format!(
                "Your account at {} has another e-mail address from now on. This is the last mail to the one of before; links that were sent to it no longer work.",
                facts.account
            )),
            text("If you did not expect this, tell an administrator now."),
        ],
    )
}

fn denied(facts: &Facts) -> Letter {
    facts.to_person(
        format!("Your account at {} is locked", facts.account),
        [
            text(format!(
                "A wrong password was entered ten times in a row for {} at {}, so nobody can sign in with a password now.",
                facts.user_name, facts.account
            )),
            text("An administrator can let you in again. If it was not you who tried, tell them."),
        ],
    )
}

fn dormancy_warning(facts: &Facts) -> Letter {
    facts.to_person(
        format!(
            "Sign in within {} to keep your access to {}",
            days(facts.days),
            facts.account
        ),
        [
            text(format!(
                "You have not signed in to {} for a long time. In {} your access ends, and an administrator has to let you in again.",
                facts.account,
                days(facts.days)
            )),
            Part::Link("Sign in", facts.sign_in.clone()),
        ],
    )
}

fn inactive(facts: &Facts) -> Letter {
    facts.to_person(
        format!("Your access to {} has ended", facts.account),
        [text(format!(
            "You have not signed in to {} for three months, so your access has ended. Nothing of yours was deleted. An administrator can let you in again.",
            facts.account
        ))],
    )
}

fn removed(facts: &Facts) -> Letter {
    facts.to_person(
        format!("You were removed from {}", facts.place()),
        [text(format!(
            "Your account at {} was removed, and you cannot sign in there any more.",
            facts.place()
        ))],
    )
}

fn suspended(facts: &Facts) -> Letter {
    facts.to_administrator(
        format!("{} was suspended", facts.about),
        [
            text(format!(
                "{} suspended {} at {}. They were signed out everywhere and cannot sign in until the suspension ends.",
                facts.by(),
                facts.about,
                facts.account
            )),
            Part::Link("See who and why", facts.link.clone()),
        ],
    )
}

fn denied_digest(facts: &Facts) -> Letter {
    let number = facts.people.len() as u64 + facts.more;
    let who = match number {
        1 => "1 person was".to_owned(),
        more => format!("{more} people were"),
    };
    let mut people = facts.people.clone();
    if facts.more > 0 {
        people.push(format!("and {} more", facts.more));
    }
    facts.to_administrator(
        format!("{who} locked out of {}", facts.account),
        [
            text(format!(
                "Within the last day {who} locked out of {} after ten wrong passwords in a row:",
                facts.account
            )),
            Part::List(people),
            Part::Link("Let them in again", facts.link.clone()),
        ],
    )
}

fn approval_asked(facts: &Facts) -> Letter {
    facts.to_administrator(
        format!("{} asks for a second person", facts.by()),
        [
            text(format!(
                "{} asked for something at {} that takes two people. You can approve it or cancel it.",
                facts.by(),
                facts.account
            )),
            Part::Link("Look at it", facts.link.clone()),
        ],
    )
}

fn no_administrator(facts: &Facts) -> Letter {
    facts.to_administrator(
        format!("Nobody administers {} any more", facts.place()),
        [
            text(format!(
                "The last administrator of {} lost that role or their access. Give the role to somebody else.",
                facts.place()
            )),
            Part::Link("See who is there", facts.link.clone()),
        ],
    )
}

fn test(facts: &Facts) -> Letter {
    facts.to_administrator(
        format!("Test mail of {}", facts.account),
        [text(format!(
            "This mail shows that mails of {} arrive. You asked for it.",
            facts.account
        ))],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            account: "Northfield <Unified>".to_owned(),
            sign_in: "https://people.example.org/a/northfield".to_owned(),
            name: "Zoë Müller".to_owned(),
            user_name: "zoe@example.org".to_owned(),
            about: "Anna & Bob".to_owned(),
            by: Some("Dana Whitfield".to_owned()),
            days: 14,
            organisation: None,
            people: vec!["Anna Lee".to_owned(), "Sam \"S\" Reed".to_owned()],
            more: 3,
            link: "https://people.example.org/x#y".to_owned(),
        }
    }

    #[test]
    fn every_kind_has_its_text() {
        let mut all = String::new();
        for kind in MailKind::ALL {
            let letter = letter(*kind, &facts());
            all.push_str(&format!(
                "== {kind}\nSubject: {}\n\n{}\n",
                letter.subject,
                letter.to_text()
            ));
        }
        insta::assert_snapshot!(all);
    }

    #[test]
    fn a_letter_as_html() {
        insta::assert_snapshot!(letter(MailKind::DeniedDigest, &facts()).to_html());
    }

    #[test]
    fn no_name_breaks_out_of_its_line() {
        let evil = "x\r\nBcc: all@example.org\r\n\r\n<b>";
        let facts = Facts {
            account: evil.to_owned(),
            name: evil.to_owned(),
            user_name: evil.to_owned(),
            about: evil.to_owned(),
            by: Some(evil.to_owned()),
            organisation: Some(evil.to_owned()),
            ..facts()
        };
        for kind in MailKind::ALL {
            let letter = letter(*kind, &facts);
            assert!(!letter.subject.contains(['\r', '\n']), "{kind}");
            assert!(!letter.to_text().contains("\nBcc:"), "{kind}");
            assert!(!letter.to_html().contains("<b>"), "{kind}");
        }
    }

    #[test]
    fn links_are_in_text_and_html_of_what_carries_one() {
        for kind in MailKind::ALL.iter().filter(|kind| kind.has_link()) {
            let letter = letter(*kind, &facts());
            for form in [letter.to_text(), letter.to_html()] {
                assert!(form.contains("https://people.example.org/x#y"), "{kind}");
            }
        }
    }
}
