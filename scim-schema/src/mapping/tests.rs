use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    dialect::{ConnectionKind, Dialect},
    filter::{Effort, Exhausted},
    id::{GroupId, MappingRuleId, OrganisationId},
    permission::FunctionalRole,
    random,
    resource::Document,
};

fn dialect() -> Dialect {
    Dialect::of(ConnectionKind::Generic)
}

fn organisation(number: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(number))
}

fn rule(number: u128, condition: &str, organisations: &[u128], roles: &[FunctionalRole]) -> Rule {
    Rule {
        id: MappingRuleId(Uuid::from_u128(number)),
        name: format!("Rule {number}"),
        condition: condition.to_owned(),
        organisations: organisations.iter().copied().map(organisation).collect(),
        roles: roles.to_vec(),
    }
}

fn document(value: &serde_json::Value) -> Document {
    Document::from_json_text(&value.to_string()).unwrap()
}

fn group(display: &str, direct: bool) -> GroupOfPerson {
    GroupOfPerson {
        id: GroupId(Uuid::from_u128(7)),
        display: display.to_owned(),
        direct,
    }
}

/// Organisations that the rules give somebody, with the rule that counts.
fn given(
    rules: Vec<Rule>,
    value: &serde_json::Value,
    groups: &[GroupOfPerson],
) -> Vec<(u128, u128)> {
    let set = RuleSet::compile(rules, &dialect()).unwrap();
    let document = document(value);
    let person = Person {
        document: &document,
        active: true,
        groups,
    };
    let grants = set.evaluate(&person, &mut Effort::default()).unwrap();
    grants
        .iter()
        .map(|grant| (grant.organisation.0.as_u128(), grant.rule.0.as_u128()))
        .collect()
}

#[test]
fn attributes_and_groups_decide_and_the_first_rule_of_an_organisation_counts() {
    let rules = || {
        vec![
            rule(1, "userType eq \"teacher\"", &[10], &[]),
            rule(2, "groups.display eq \"north\"", &[20, 10], &[]),
            rule(
                3,
                "groups[value eq \"00000000-0000-0000-0000-000000000007\" and type eq \"indirect\"]",
                &[30],
                &[],
            ),
            rule(4, "active eq false", &[40], &[]),
        ]
    };
    let teacher = json!({ "userName": "a", "userType": "Teacher" });
    assert_eq!(given(rules(), &teacher, &[]), [(10, 1)]);
    let north = [group("North", true)];
    assert_eq!(given(rules(), &teacher, &north), [(10, 1), (20, 2)]);
    let nobody = json!({ "userName": "a" });
    assert_eq!(
        given(rules(), &nobody, &[group("North", false)]),
        [(20, 2), (10, 2), (30, 3)]
    );
    assert_eq!(given(rules(), &nobody, &[]), []);
}

#[test]
fn roles_of_all_rules_of_an_organisation_add_up() {
    use FunctionalRole::{Observer, Reporter};
    let rules = vec![
        rule(1, "userName pr", &[10], &[Reporter]),
        rule(2, "userName pr", &[10], &[Observer, Reporter]),
    ];
    let set = RuleSet::compile(rules, &dialect()).unwrap();
    let document = document(&json!({ "userName": "a" }));
    let person = Person {
        document: &document,
        active: true,
        groups: &[],
    };
    let grants = set.evaluate(&person, &mut Effort::default()).unwrap();
    assert_eq!(grants[0].roles, BTreeSet::from([Observer, Reporter]));
}

#[test]
fn what_cannot_be_evaluated_is_refused_with_rule_and_field() {
    let refuse = |condition: &str| {
        let rules = vec![
            rule(1, "userName pr", &[10], &[]),
            rule(2, condition, &[10], &[]),
        ];
        let errors = RuleSet::compile(rules, &dialect()).unwrap_err();
        let [error] = <[RuleError; 1]>::try_from(errors).unwrap();
        error
    };
    for condition in [
        "",
        "nope eq \"x\"",
        "userName eq",
        "password eq \"x\"",
        "meta.created pr",
        "id pr",
        "groups.$ref pr",
        "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus:status pr",
    ] {
        let error = refuse(condition);
        assert_eq!(
            (error.index, error.field),
            (1, RuleField::Condition),
            "{condition}"
        );
    }
    let long = format!("userName eq \"{}\"", "x".repeat(CONDITION_MAX));
    assert_eq!(refuse(&long).field, RuleField::Condition);
}

#[test]
fn a_rule_has_a_name_and_each_organisation_and_role_once() {
    let refused = |change: &dyn Fn(&mut Rule)| {
        let mut one = rule(1, "userName pr", &[10], &[]);
        change(&mut one);
        let errors = check_shape(&[one]);
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors[0].field
    };
    let observer = FunctionalRole::Observer;
    assert_eq!(refused(&|rule| rule.name = " ".to_owned()), RuleField::Name);
    assert_eq!(
        refused(&|rule| rule.name = "a\u{7}".to_owned()),
        RuleField::Name
    );
    assert_eq!(
        refused(&|rule| rule.organisations.clear()),
        RuleField::Organisations
    );
    assert_eq!(
        refused(&|rule| rule.organisations = vec![organisation(1); 2]),
        RuleField::Organisations
    );
    assert_eq!(
        refused(&|rule| rule.roles = vec![observer; 2]),
        RuleField::Roles
    );
    let many: Vec<Rule> = (0..=100)
        .map(|number| rule(number, "userName pr", &[1], &[]))
        .collect();
    assert_eq!(check_shape(&many)[0].field, RuleField::Rules);
    assert_eq!(check_shape(&many[1..]), []);
    let twice = [many[1].clone(), many[1].clone()];
    assert_eq!(check_shape(&twice)[0].field, RuleField::Rules);
}

#[test]
fn all_that_is_wrong_is_told_in_the_order_of_rules_and_fields() {
    use RuleField::{Condition, Name, Organisations};
    let mut empty = rule(1, " ", &[], &[]);
    empty.name.clear();
    let mut nameless = rule(2, "userName eq", &[], &[]);
    nameless.name.clear();
    let good = rule(3, "userName pr", &[10], &[]);
    let unread = rule(4, "nope pr", &[10], &[]);
    let errors = RuleSet::compile(vec![empty, nameless, good, unread], &dialect()).unwrap_err();
    let places = errors.iter().map(|error| (error.index, error.field));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            (0, Name),
            (0, Condition),
            (0, Organisations),
            (1, Name),
            (1, Condition),
            (1, Organisations),
            (3, Condition),
        ]
    );
}

#[test]
fn a_stored_rule_that_cannot_be_read_suspends_all_of_them() {
    let rules = vec![
        rule(1, "userName pr", &[10], &[]),
        rule(2, "gone pr", &[20], &[]),
    ];
    let set = RuleSet::stored(rules, &dialect());
    assert!(set.is_suspended() && set.is_idle());
    let document = document(&json!({ "userName": "a" }));
    let person = Person {
        document: &document,
        active: true,
        groups: &[],
    };
    assert!(
        set.evaluate(&person, &mut Effort::default())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn only_a_change_of_what_a_rule_asks_for_concerns_it() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let address = "emails[type eq \"work\" and value sw \"a\"] or active eq true";
    let department = format!("{enterprise}:department eq \"x\"");
    let rules = vec![
        rule(1, address, &[10], &[]),
        rule(2, &department, &[10], &[]),
    ];
    let set = RuleSet::compile(rules, &dialect()).unwrap();
    let old = document(&json!({ "userName": "a", "title": "x" }));
    let concerns = |new: serde_json::Value, switched| set.concerns(&old, &document(&new), switched);
    assert!(!concerns(json!({ "userName": "b", "title": "y" }), false));
    assert!(concerns(json!({ "userName": "a" }), true));
    assert!(concerns(
        json!({ "userName": "a", "emails": [{ "value": "a" }] }),
        false
    ));
    assert!(concerns(
        json!({ "userName": "a", enterprise: { "department": "x" } }),
        false
    ));
    assert!(!concerns(
        json!({ "userName": "a", enterprise: { "costCenter": "x" } }),
        false
    ));
    assert!(!set.reads_groups());
}

#[test]
fn each_term_is_told_with_whether_it_holds() {
    let rules = [rule(
        1,
        "userType eq \"T\" and not (title pr or groups.display co \"x\")",
        &[1],
        &[],
    )];
    let document = document(&json!({ "userName": "a", "userType": "t", "title": "Dr" }));
    let person = Person {
        document: &document,
        active: true,
        groups: &[],
    };
    let explained = &explain(&rules, &dialect(), &person).unwrap()[0];
    assert!(!explained.fires);
    let terms: Vec<_> = explained
        .terms
        .iter()
        .map(|term| (&*term.text, term.holds))
        .collect();
    let expected = [
        ("userType eq \"T\"", true),
        ("title pr", true),
        ("groups.display co \"x\"", false),
    ];
    assert_eq!(terms, expected);
}

fn held(number: u128, source: MembershipSource) -> Held {
    Held {
        organisation: organisation(number),
        source,
        has_own_roles: false,
        rule_roles: BTreeSet::new(),
    }
}

fn grant(number: u128, by: u128) -> Grant {
    Grant {
        organisation: organisation(number),
        rule: MappingRuleId(Uuid::from_u128(by)),
        roles: BTreeSet::new(),
    }
}

fn by_rule(number: u128) -> MembershipSource {
    MembershipSource::Rule(MappingRuleId(Uuid::from_u128(number)))
}

#[test]
fn a_rule_removes_only_its_own() {
    let now = Placement {
        home: organisation(1),
        memberships: vec![
            held(1, MembershipSource::Local),
            held(2, by_rule(9)),
            held(3, MembershipSource::Invitation),
            Held {
                has_own_roles: true,
                ..held(4, by_rule(9))
            },
        ],
    };
    let after = reconcile(&now, &[], organisation(5));
    let left: Vec<_> = after
        .memberships
        .iter()
        .map(|one| (one.organisation.0.as_u128(), one.source))
        .collect();
    let expected = [
        (1, MembershipSource::Local),
        (3, MembershipSource::Invitation),
        (4, MembershipSource::Local),
    ];
    assert_eq!(left, expected);
    assert_eq!(after.home, organisation(1));
}

#[test]
fn another_rule_takes_a_membership_over_and_a_local_one_stays_local() {
    let now = Placement {
        home: organisation(2),
        memberships: vec![held(1, MembershipSource::Local), held(2, by_rule(8))],
    };
    let after = reconcile(&now, &[grant(1, 9), grant(2, 9)], organisation(5));
    assert_eq!(after.memberships[0].source, MembershipSource::Local);
    assert_eq!(after.memberships[1].source, by_rule(9));
}

#[test]
fn the_default_organisation_holds_whom_no_rule_places() {
    let new = Placement::nowhere(organisation(5));
    let created = reconcile(&new, &[], organisation(5));
    assert_eq!(created.memberships, [held(5, MembershipSource::Default)]);
    let placed = reconcile(&created, &[grant(1, 9), grant(2, 9)], organisation(5));
    assert_eq!(placed.home, organisation(1));
    assert_eq!(
        placed.memberships,
        [held(1, by_rule(9)), held(2, by_rule(9))]
    );
    let released = reconcile(&placed, &[], organisation(6));
    assert_eq!(released.memberships, [held(6, MembershipSource::Default)]);
    assert_eq!(released.home, organisation(6));
    // Another default moves nobody who is there already.
    assert_eq!(reconcile(&created, &[], organisation(6)), created);
}

#[test]
fn sources_are_read_as_they_are_written() {
    for source in [
        MembershipSource::Local,
        MembershipSource::Invitation,
        MembershipSource::Default,
        by_rule(3),
    ] {
        assert_eq!(source.to_string().parse(), Ok(source));
    }
    assert!("rule:x".parse::<MembershipSource>().is_err());
}

fn any_placement() -> impl Strategy<Value = Placement> {
    let source = select(vec![
        MembershipSource::Local,
        MembershipSource::Invitation,
        MembershipSource::Default,
        by_rule(1),
        by_rule(2),
    ]);
    let one = (1_u128..6, source, any::<bool>());
    (vec(one, 0..6), 1_u128..6).prop_map(|(rows, home)| {
        let mut memberships: Vec<Held> = Vec::new();
        for (number, source, has_own_roles) in rows {
            if memberships
                .iter()
                .all(|one| one.organisation != organisation(number))
            {
                memberships.push(Held {
                    has_own_roles,
                    ..held(number, source)
                });
            }
        }
        Placement {
            home: organisation(home),
            memberships,
        }
    })
}

fn any_grants() -> impl Strategy<Value = Vec<Grant>> {
    vec((1_u128..6, 1_u128..3), 0..4).prop_map(|rows| {
        let mut grants: Vec<Grant> = Vec::new();
        for (number, by) in rows {
            if grants
                .iter()
                .all(|one| one.organisation != organisation(number))
            {
                grants.push(grant(number, by));
            }
        }
        grants
    })
}

proptest! {
    #![proptest_config(random::seeded())]

    #[test]
    fn a_placement_is_whole_keeps_what_is_not_a_rule_s_and_is_reached_at_once(
        now in any_placement(),
        grants in any_grants(),
    ) {
        let default = organisation(5);
        let after = reconcile(&now, &grants, default);
        prop_assert!(after.of(after.home).is_some(), "the home organisation is a membership");
        for grant in &grants {
            prop_assert!(after.of(grant.organisation).is_some());
        }
        for held in &now.memberships {
            if matches!(held.source, MembershipSource::Local | MembershipSource::Invitation) {
                prop_assert_eq!(after.of(held.organisation).map(|one| one.source), Some(held.source));
            }
        }
        prop_assert_eq!(reconcile(&after, &grants, default), after);
    }
}

#[test]
fn rules_are_asked_about_so_many_values_and_no_more() {
    let roles: Vec<_> = (0..500)
        .map(|number| json!({"value": format!("{}{number}", "é".repeat(1000))}))
        .collect();
    let document = Document::from_json_text(&json!({"userName": "u", "roles": roles}).to_string());
    let document = document.expect("a document");
    let person = Person {
        document: &document,
        active: true,
        groups: &[],
    };
    let rules: Vec<_> = (0..100)
        .map(|number| {
            rule(
                number,
                "roles.value co \"x\" or roles.value co \"y\"",
                &[1],
                &[],
            )
        })
        .collect();
    let few = RuleSet::compile(rules[..1].to_vec(), &dialect()).expect("rules");
    assert_eq!(
        few.evaluate(&person, &mut Effort::default()),
        Ok(Vec::new())
    );
    let many = RuleSet::compile(rules.clone(), &dialect()).expect("rules");
    assert_eq!(
        many.evaluate(&person, &mut Effort::default()),
        Err(Exhausted)
    );
    assert_eq!(explain(&rules, &dialect(), &person), Err(Exhausted));
}
