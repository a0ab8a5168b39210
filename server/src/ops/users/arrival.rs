//! Whether somebody whom a connection sends is here already (domain.md section 1, *Adoption* and
//! *userName on SCIM writes*).

use scim_schema::{
    api::{
        conflicts::{ConflictCause, ConflictKind},
        domains::domain_of,
    },
    id::{LinkId, UserId},
    resource::Document,
};

use crate::{
    db::{AccountTx, DbError, Named, Namesake},
    ops::{error::Collision, provisioner::Provisioner},
};

/// What becomes of somebody who is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Nobody is in the way.
    New,
    /// Nobody is in the way; these have the same address.
    Shares(Vec<UserId>),
    /// This local user is meant.
    Adopt(UserId),
    /// An administrator moved the person to the connection, which sends them for the first time.
    TakeUp(LinkId),
    /// Somebody is in the way.
    Refused(Refusal),
}

/// Why somebody cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `None` when the connection has the person itself.
    pub(crate) kind: Option<ConflictKind>,
    /// Why.
    pub(crate) cause: ConflictCause,
    /// Who could be meant; the one whom the conflict is about first.
    pub(crate) candidates: Vec<UserId>,
}

impl Refusal {
    /// The error that the request ends with.
    pub(crate) fn collision(&self) -> Collision {
        Collision {
            kind: self.kind,
            cause: self.cause,
        }
    }
}

/// Who has the names of a document, and what that means.
///
/// # Errors
/// Those of the database.
pub(crate) async fn decide(
    tx: &AccountTx,
    by: &Provisioner,
    document: &Document,
) -> Result<Arrival, DbError> {
    let named = named(by, document);
    let namesakes = tx.lock_namesakes(&named).await?;
    let verified = verified(tx, &named, &namesakes).await?;
    Ok(judge(by, &named, &namesakes, &verified))
}

/// What tells the person of a document apart.
pub(crate) fn named<'d>(by: &Provisioner, document: &'d Document) -> Named<'d> {
    Named {
        connection: by.id,
        user_name: document.user_name().unwrap_or_default(),
        email: document.primary_email(),
    }
}

/// The verified ones among all domains that the decision may ask for.
async fn verified(
    tx: &AccountTx,
    named: &Named<'_>,
    namesakes: &[Namesake],
) -> Result<Vec<String>, DbError> {
    let local = namesakes.iter().filter(|one| one.link.is_none());
    let theirs = local.filter_map(|one| domain_of(one.email.as_deref()?));
    let sent = [Some(named.user_name), named.email].into_iter().flatten();
    let mut domains: Vec<String> = sent.filter_map(domain_of).chain(theirs).collect();
    domains.sort_unstable();
    domains.dedup();
    tx.verified_among(&domains).await
}

/// The decision itself. `namesakes` begin with who has the user name; `verified` are the domains
/// that count.
pub(crate) fn judge(
    by: &Provisioner,
    named: &Named<'_>,
    namesakes: &[Namesake],
    verified: &[String],
) -> Arrival {
    let is_verified = |domain: Option<String>| domain.is_some_and(|one| verified.contains(&one));
    let mut by_email: Vec<&Namesake> = Vec::new();
    if is_verified(named.email.and_then(domain_of)) {
        let local = namesakes.iter().filter(|one| one.link.is_none());
        by_email.extend(local.filter(|one| one.has_email));
    }
    let Some(person) = namesakes.iter().find(|one| one.has_name) else {
        return match by_email.as_slice() {
            // An address that several have names nobody.
            [person] => adopt(by, person, true),
            _ => shares(namesakes),
        };
    };
    if let Some(link) = person.link {
        return match (link.connection == by.id, link.prepared) {
            (true, true) => Arrival::TakeUp(link.scim_id),
            (true, false) => refused(None, ConflictCause::Linked, vec![person.user]),
            (false, _) => refused(
                Some(ConflictKind::UserName),
                ConflictCause::Linked,
                vec![person.user],
            ),
        };
    }
    let others = by_email.iter().filter(|one| one.user != person.user);
    let mut candidates = vec![person.user];
    candidates.extend(others.map(|one| one.user));
    if candidates.len() > 1 {
        return refused(
            Some(ConflictKind::Adoption),
            ConflictCause::Ambiguous,
            candidates,
        );
    }
    // A user name without a domain of its own: that of the address which the person has here, and
    // not of the one that is sent, says where they belong.
    let domain = domain_of(named.user_name).or_else(|| domain_of(person.email.as_deref()?));
    adopt(by, person, is_verified(domain))
}

fn adopt(by: &Provisioner, person: &Namesake, is_verified: bool) -> Arrival {
    let cause = if !person.person {
        ConflictCause::ServiceUser
    } else if person.administrator {
        ConflictCause::Administrator
    } else if !by.adopt_existing {
        ConflictCause::AdoptionOff
    } else if !is_verified {
        ConflictCause::DomainNotVerified
    } else {
        return Arrival::Adopt(person.user);
    };
    refused(Some(ConflictKind::Adoption), cause, vec![person.user])
}

fn shares(namesakes: &[Namesake]) -> Arrival {
    let sharing: Vec<UserId> = namesakes
        .iter()
        .filter(|one| one.has_email)
        .map(|one| one.user)
        .collect();
    if sharing.is_empty() {
        return Arrival::New;
    }
    Arrival::Shares(sharing)
}

fn refused(kind: Option<ConflictKind>, cause: ConflictCause, candidates: Vec<UserId>) -> Arrival {
    Arrival::Refused(Refusal {
        kind,
        cause,
        candidates,
    })
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        api::connections::ConnectionMode,
        dialect::{ConnectionKind, Dialect},
        id::{ConnectionId, OrganisationId},
    };
    use uuid::Uuid;

    use super::*;
    use crate::db::LinkOfNamesake;

    fn by() -> Provisioner {
        Provisioner {
            id: ConnectionId(Uuid::from_u128(1)),
            name: "Okta".to_owned(),
            dialect: Dialect::of(ConnectionKind::Okta),
            default_organisation: OrganisationId(Uuid::from_u128(2)),
            adopt_existing: true,
            rules: std::sync::Arc::default(),
            base_url: String::new(),
            mode: ConnectionMode::Live,
        }
    }

    fn person(id: u128) -> Namesake {
        Namesake {
            user: UserId(Uuid::from_u128(id)),
            has_name: false,
            has_email: false,
            email: None,
            link: None,
            administrator: false,
            person: true,
        }
    }

    fn judged(by: &Provisioner, name: &str, email: Option<&str>, here: &[Namesake]) -> Arrival {
        let named = Named {
            connection: by.id,
            user_name: name,
            email,
        };
        judge(by, &named, here, &["example.org".to_owned()])
    }

    fn cause_of(arrival: &Arrival) -> Option<ConflictCause> {
        match arrival {
            Arrival::Refused(refusal) => Some(refusal.cause),
            _ => None,
        }
    }

    #[test]
    fn a_local_user_of_the_name_is_adopted_in_a_verified_domain_only() {
        let here = [Namesake {
            has_name: true,
            ..person(7)
        }];
        let adopted = judged(&by(), "ada@example.org", None, &here);
        assert_eq!(adopted, Arrival::Adopt(here[0].user));
        let refused = judged(&by(), "ada@example.net", None, &here);
        assert_eq!(cause_of(&refused), Some(ConflictCause::DomainNotVerified));
    }

    #[test]
    fn a_name_without_a_domain_is_judged_by_the_persons_own_address() {
        let mut here = [Namesake {
            has_name: true,
            ..person(7)
        }];
        let sent = Some("ada@example.org");
        let refused = judged(&by(), "ada", sent, &here);
        assert_eq!(cause_of(&refused), Some(ConflictCause::DomainNotVerified));
        here[0].email = Some("a.lovelace@example.org".to_owned());
        assert_eq!(
            judged(&by(), "ada", sent, &here),
            Arrival::Adopt(here[0].user)
        );
    }

    #[test]
    fn an_address_names_one_local_user_or_nobody() {
        let mail = |id| Namesake {
            has_email: true,
            ..person(id)
        };
        let (one, two) = ([mail(7)], [mail(7), mail(8)]);
        let sent = Some("ada@example.org");
        assert_eq!(
            judged(&by(), "new", sent, &one),
            Arrival::Adopt(one[0].user)
        );
        let both = two.iter().map(|one| one.user).collect();
        assert_eq!(judged(&by(), "new", sent, &two), Arrival::Shares(both));
        let elsewhere = judged(&by(), "new", Some("ada@example.net"), &one);
        assert_eq!(elsewhere, Arrival::Shares(vec![one[0].user]));
    }

    #[test]
    fn administrators_service_users_and_a_switched_off_connection_refuse() {
        let local = Namesake {
            has_name: true,
            ..person(7)
        };
        let administrator = Namesake {
            administrator: true,
            ..local.clone()
        };
        let service = Namesake {
            person: false,
            ..local.clone()
        };
        let name = "ada@example.org";
        let of = |by: &Provisioner, one: &Namesake| {
            cause_of(&judged(by, name, None, std::slice::from_ref(one)))
        };
        assert_eq!(
            of(&by(), &administrator),
            Some(ConflictCause::Administrator)
        );
        assert_eq!(of(&by(), &service), Some(ConflictCause::ServiceUser));
        let off = Provisioner {
            adopt_existing: false,
            ..by()
        };
        assert_eq!(of(&off, &local), Some(ConflictCause::AdoptionOff));
    }

    #[test]
    fn a_name_and_an_address_of_different_people_name_nobody() {
        let here = [
            Namesake {
                has_name: true,
                ..person(7)
            },
            Namesake {
                has_email: true,
                ..person(8)
            },
        ];
        let arrival = judged(&by(), "ada@example.org", Some("b@example.org"), &here);
        let Arrival::Refused(refusal) = arrival else {
            panic!("{arrival:?}");
        };
        assert_eq!(refusal.cause, ConflictCause::Ambiguous);
        assert_eq!(refusal.candidates, here.map(|one| one.user));
    }

    #[test]
    fn a_link_decides_by_whose_it_is_and_whether_its_provider_knows_of_it() {
        let linked = |connection, prepared| Namesake {
            has_name: true,
            link: Some(LinkOfNamesake {
                scim_id: LinkId(Uuid::from_u128(9)),
                connection: ConnectionId(Uuid::from_u128(connection)),
                prepared,
            }),
            ..person(7)
        };
        let of = |one: Namesake| judged(&by(), "ada@example.org", None, &[one]);
        assert_eq!(
            of(linked(1, true)),
            Arrival::TakeUp(LinkId(Uuid::from_u128(9)))
        );
        for (connection, kind) in [(1, None), (2, Some(ConflictKind::UserName))] {
            let Arrival::Refused(refusal) = of(linked(connection, false)) else {
                panic!("{connection} is let in");
            };
            assert_eq!(refusal.kind, kind);
        }
    }
}
