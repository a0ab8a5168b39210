use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::id::OrganisationId;

const SA: AccountRole = AccountRole::SystemAdministrator;
const IT: AccountRole = AccountRole::ItAdministrator;
const AU: AccountRole = AccountRole::Auditor;

fn organisation(number: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(number))
}

/// Rows of domain.md section 4 as marks of SA, OA, IT and AU: `x` everywhere, `o` in own
/// organisations, `-` nowhere.
const TABLE: &[(Permission, &str)] = &[
    (Permission::ReadUsers, "xoxx"),
    (Permission::CreateUsers, "xo--"),
    (Permission::EditUsers, "xox-"),
    (Permission::InviteUsers, "xox-"),
    (Permission::SuspendUsers, "xox-"),
    (Permission::BanUsers, "xo--"),
    (Permission::ValidateUsers, "xox-"),
    (Permission::ArchiveUsers, "xo--"),
    (Permission::DeleteUsers, "xo--"),
    (Permission::ManageMemberships, "xo--"),
    (Permission::GrantFunctionalRoles, "xo--"),
    (Permission::GrantOrganisationAdministrators, "x---"),
    (Permission::GrantAccountRoles, "x---"),
    (Permission::ManageGroups, "xo--"),
    (Permission::ReadOrganisations, "xoxx"),
    (Permission::EditOrganisations, "xo--"),
    (Permission::ManageOrganisations, "x---"),
    (Permission::ReadAudit, "xoxx"),
    (Permission::ReadProvisioningLog, "x-xx"),
    (Permission::ReadProvisioningBodies, "x-xx"),
    (Permission::ReadConnections, "x-xx"),
    (Permission::ManageConnections, "x-x-"),
    (Permission::ReadConflicts, "x-xx"),
    (Permission::ResolveConflicts, "x---"),
    (Permission::ManageDomains, "x---"),
    (Permission::ReadSessions, "x-xx"),
    (Permission::EndSessions, "xox-"),
    (Permission::ResetPasswords, "xox-"),
    (Permission::ReadMails, "x-xx"),
    (Permission::ManageMails, "x-x-"),
    (Permission::AssignPasswords, "xox-"),
    (Permission::ResetSecondFactors, "xox-"),
    (Permission::ReadPolicies, "xoxx"),
    (Permission::ManagePolicies, "xo--"),
    (Permission::SetPolicyFloors, "x---"),
    (Permission::EraseUsers, "x---"),
    (Permission::DecideApprovals, "x---"),
];

#[test]
fn every_role_reaches_what_the_table_says_and_no_further() {
    let named: Vec<Permission> = TABLE.iter().map(|(permission, _)| *permission).collect();
    for permission in Permission::ALL {
        let times = named.iter().filter(|one| *one == permission).count();
        assert_eq!(times, 1, "{permission}");
    }
    let own = [organisation(1)];
    let of = |roles| Standing {
        roles,
        organisations: &[],
    };
    let columns = [
        of(&[SA]),
        Standing {
            roles: &[],
            organisations: &own,
        },
        of(&[IT]),
        of(&[AU]),
    ];
    for (permission, marks) in TABLE {
        for (standing, mark) in columns.into_iter().zip(marks.chars()) {
            let expected = match mark {
                'x' => Some(Reach::Account),
                'o' => Some(Reach::Organisations(own.to_vec())),
                _ => None,
            };
            assert_eq!(standing.reach(*permission), expected, "{permission} {mark}");
        }
    }
    assert_eq!(Standing::default().permissions(), []);
}

#[test]
fn an_it_administrator_suspends_and_unlocks_but_nobody_higher() {
    let it = Standing {
        roles: &[IT],
        organisations: &[],
    };
    let it = it.permissions();
    assert!(it.contains(&Permission::SuspendUsers) && it.contains(&Permission::ValidateUsers));
    assert!(!it.contains(&Permission::BanUsers) && !it.contains(&Permission::ArchiveUsers));
    let suspend = |actor: AccountRole, target: &[_]| {
        let standing = |roles| Standing {
            roles,
            organisations: &[],
        };
        guard(
            Transition::Suspend,
            false,
            standing(&[actor]),
            standing(target),
        )
    };
    assert_eq!(suspend(IT, &[]), Ok(()));
    assert_eq!(suspend(IT, &[AU]), Ok(()));
    assert_eq!(suspend(IT, &[AU, SA]), Err(Guard::HigherRole));
    assert_eq!(suspend(SA, &[SA]), Ok(()));
}

#[test]
fn an_organisation_administrator_stands_below_the_account_s_and_bans_no_administrator() {
    let own = [organisation(1)];
    let oa = Standing {
        roles: &[],
        organisations: &own,
    };
    let it = Standing {
        roles: &[IT],
        organisations: &[],
    };
    let check = |act, actor, target| guard(act, false, actor, target);
    assert_eq!(check(Transition::Suspend, oa, oa), Ok(()));
    assert_eq!(check(Transition::Suspend, oa, it), Err(Guard::HigherRole));
    assert_eq!(check(Transition::Suspend, it, oa), Ok(()));
    assert_eq!(check(Transition::Ban, oa, oa), Err(Guard::HigherRole));
    assert_eq!(check(Transition::Unban, oa, oa), Err(Guard::HigherRole));
    assert_eq!(check(Transition::Ban, oa, Standing::default()), Ok(()));
    let sa = Standing {
        roles: &[SA],
        organisations: &[],
    };
    assert_eq!(check(Transition::Ban, sa, oa), Ok(()));
}

#[test]
fn nobody_stops_themselves() {
    let standing = Standing {
        roles: &[SA],
        organisations: &[],
    };
    for transition in Transition::ALL {
        let outcome = guard(*transition, true, standing, standing);
        assert_eq!(outcome.is_err(), transition.stops(), "{transition}");
    }
}

#[test]
fn a005_to_a009_roles_are_capabilities() {
    let words = |standing, roles: &[FunctionalRole]| {
        let held = capabilities(standing, roles.iter().copied());
        held.iter().map(|one| one.as_str()).collect::<Vec<_>>()
    };
    let nothing = Standing::default();
    assert!(words(nothing, &[]).is_empty());
    for (role, expected) in [
        (
            FunctionalRole::Observer,
            &["observations.conduct", "assessments.conduct"][..],
        ),
        (
            FunctionalRole::Evaluator,
            &[
                "observations.conduct",
                "observations.formal",
                "performance.evaluate",
            ],
        ),
        (FunctionalRole::Observable, &["observations.receive"]),
        (
            FunctionalRole::Reporter,
            &["reports.read", "analytics.read"],
        ),
        (FunctionalRole::Proctor, &["assessments.proctor"]),
        (
            FunctionalRole::Publisher,
            &["content.create", "content.edit", "content.publish"],
        ),
    ] {
        assert_eq!(words(nothing, &[role]), expected, "{role}");
    }
    let own = [organisation(1)];
    let oa = Standing {
        roles: &[],
        organisations: &own,
    };
    assert_eq!(words(oa, &[]), ["assessments.manage", "content.manage"]);
    let sa = Standing {
        roles: &[SA],
        organisations: &[],
    };
    assert_eq!(words(sa, &[]).len(), Capability::ALL.len());
}

#[test]
fn nobody_opens_the_door_of_somebody_higher_or_their_own() {
    let of = |roles| Standing {
        roles,
        organisations: &[],
    };
    let door = |actor, target| guard_door(false, of(actor), of(target));
    assert_eq!(door(&[IT], &[]), Ok(()));
    assert_eq!(door(&[IT], &[AU]), Ok(()));
    assert_eq!(door(&[IT], &[SA]), Err(Guard::HigherRole));
    assert_eq!(door(&[SA], &[SA]), Ok(()));
    let own = guard_door(true, of(&[SA]), of(&[SA]));
    assert_eq!(own, Err(Guard::SelfAction));
}

fn standings() -> impl Strategy<Value = (Vec<AccountRole>, Vec<OrganisationId>)> {
    let roles = proptest::sample::subsequence(AccountRole::ALL, 0..=AccountRole::ALL.len());
    let organisations = proptest::collection::vec((1_u128..5).prop_map(organisation), 0..4);
    (roles, organisations)
}

proptest! {
    #[test]
    fn whoever_has_more_roles_reaches_at_least_as_far(
        (roles, organisations) in standings(),
        (more_roles, more_organisations) in standings(),
    ) {
        let all_roles = [roles.clone(), more_roles].concat();
        let all_organisations = [organisations.clone(), more_organisations].concat();
        let less = Standing { roles: &roles, organisations: &organisations };
        let more = Standing { roles: &all_roles, organisations: &all_organisations };
        prop_assert!(more.rank() >= less.rank());
        for permission in Permission::ALL {
            match (less.reach(*permission), more.reach(*permission)) {
                (None, _) | (Some(_), Some(Reach::Account)) => {}
                (Some(Reach::Organisations(some)), Some(Reach::Organisations(all))) => {
                    prop_assert!(some.iter().all(|one| all.contains(one)));
                }
                (some, all) => prop_assert!(false, "{permission}: {some:?} became {all:?}"),
            }
        }
    }

    #[test]
    fn nobody_acts_on_whoever_stands_higher(
        (roles, organisations) in standings(),
        (their_roles, their_organisations) in standings(),
        transition in proptest::sample::select(Transition::ALL),
    ) {
        let actor = Standing { roles: &roles, organisations: &organisations };
        let target = Standing { roles: &their_roles, organisations: &their_organisations };
        if guard(transition, false, actor, target).is_ok() {
            prop_assert!(target.rank() <= actor.rank());
        }
    }

    #[test]
    fn a_share_is_whole_only_with_every_membership(inside in 0_usize..5, beyond in 0_usize..5) {
        let share = Share::of(inside, inside + beyond);
        prop_assert_eq!(share == Share::Nothing, inside == 0);
        prop_assert_eq!(share == Share::Whole, inside > 0 && beyond == 0);
    }
}
