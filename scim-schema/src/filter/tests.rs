//! Grammar, typing and meaning of filters.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::{
    attr::AttrId,
    dialect::ConnectionKind,
    resource::ScimType,
    schema::{ResourceKind, registry, urn},
};

fn users() -> &'static ResourceType {
    registry().resource_type(ResourceKind::User)
}

fn typed(kind: ConnectionKind, text: &str) -> Result<TypedFilter, ScimError> {
    parse_filter(users(), text, &Dialect::of(kind), &mut Notes::new())
}

fn bjensen() -> Map<String, Value> {
    let value = json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER],
        "id": "2819c223",
        "externalId": "Ext-1",
        "userName": "BJensen",
        "name": {"familyName": "O'Malley"},
        "title": "Boss",
        "userType": "Employee",
        "active": true,
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home"},
        ],
        "groups": [{"value": "g1"}],
        urn::ENTERPRISE_USER: {"department": "Tours", "manager": {"value": "M1"}},
        "meta": {"resourceType": "User", "lastModified": "2011-05-13T04:42:34Z"},
    });
    value.as_object().expect("an object").clone()
}

/// Whether a resource satisfies a filter, with effort enough.
fn matches(rt: &ResourceType, filter: &TypedFilter, resource: &Map<String, Value>) -> bool {
    super::matches(rt, filter, resource, &mut Effort::default()).expect("little to compare")
}

fn found(text: &str) -> bool {
    let filter = typed(ConnectionKind::Generic, text).unwrap_or_else(|error| panic!("{error}"));
    matches(users(), &filter, &bjensen())
}

fn refusal(text: &str) -> String {
    let error = typed(ConnectionKind::Generic, text).unwrap_err();
    assert_eq!(error.to_json()["scimType"], "invalidFilter");
    error.detail
}

#[test]
fn rfc7644_figure_2() {
    for holds in [
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J" or userName sw "B""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "bJ""#,
        "title pr",
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified le "2011-05-13T06:42:34+02:00""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ] {
        assert!(found(holds), "{holds}");
    }
    for fails in [
        r#"userName sw "J""#,
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified lt "2011-05-13T04:42:34Z""#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"emails[type eq "work" and value co "@jensen.org"]"#,
    ] {
        assert!(!found(fails), "{fails}");
    }
}

#[test]
fn case_follows_the_attribute() {
    assert!(found(r#"USERNAME EQ "bJENSEN""#));
    assert!(found(r#"externalId eq "Ext-1""#));
    assert!(!found(r#"externalId eq "ext-1""#));
    assert!(found(r#"emails[TYPE Eq "WORK"]"#));
    assert!(found("active eq true AND NOT (active eq false)"));
}

#[test]
fn and_binds_tighter_than_or() {
    assert!(found(
        r#"userName eq "bjensen" or userName eq "x" and title eq "Nope""#
    ));
    assert!(!found(
        r#"(userName eq "bjensen" or userName eq "x") and title eq "Nope""#
    ));
}

#[test]
fn null_and_absence_are_one_state() {
    assert!(found("nickName eq null"));
    assert!(found("title ne null"));
    assert!(!found("nickName pr"));
    assert!(found(r#"nickName ne "x""#), "no value is not equal to any");
    assert!(
        !found(r#"emails.value ne "babs@jensen.org""#),
        "one value is equal"
    );
    assert!(found("name pr"));
    assert!(!found("addresses pr"));
}

#[test]
fn complex_attributes_compare_their_value() {
    assert!(found(r#"groups eq "g1" and groups.value eq "g1""#));
    let manager = format!("{}:manager", urn::ENTERPRISE_USER);
    assert!(found(&format!(r#"{manager} eq "M1""#)));
    assert!(found(&format!(r#"{manager}[value eq "M1"]"#)));
    assert!(!found(&format!(r#"{manager} eq "m1""#)));
    assert!(!found(r#"name[not (familyName eq "O'Malley")]"#));
}

#[test]
fn lenient_spaces_of_the_rfc_examples() {
    assert!(found(r#"emails[value eq"babs@jensen.org"]"#));
    assert!(found(r#"not(title eq "x")"#));
    assert!(found("  title\tpr\n"));
}

#[test]
fn a_filter_that_is_too_long_is_refused_between_two_characters() {
    for lead in ["", "x"] {
        let long = format!(r#"title eq "{lead}{}""#, "å".repeat(MAX_LENGTH));
        let error = parse(&long).expect_err("too long");
        assert!(long.is_char_boundary(error.offset), "{error}");
        assert!(error.offset.abs_diff(MAX_LENGTH) <= 1, "{error}");
    }
}

#[test]
fn refusals_name_attribute_and_offset() {
    let long = format!(r#"userName eq "{}""#, "x".repeat(MAX_LENGTH));
    let deep = format!("{}title pr{}", "(".repeat(33), ")".repeat(33));
    let many = vec!["title pr"; 300].join(" and ");
    let seen: Vec<_> = [
        "",
        "userName eq",
        r#"userName regex "x""#,
        r#"(userName eq "x""#,
        r#"emails[type eq "work""#,
        r#"userName eq "x" and"#,
        r#"userName eq "x" title pr"#,
        r#"userName eq "x"#,
        r#"userName eq "\x""#,
        r#"userName eq "\u0000""#,
        "userName eq jyoung",
        "userName eq 7",
        "userName gt null",
        "active gt true",
        r#"active eq "true""#,
        r#"active co "t""#,
        r#"meta.created gt "yesterday""#,
        r#"x509Certificates.value co "x""#,
        r#"nope eq "x""#,
        r#"title pr and emails.nope eq "x""#,
        r#"emails[nope eq "x"]"#,
        r#"emails[type eq "work"].value eq "x""#,
        r#"emails[value[type eq "x"]]"#,
        r#"title[value eq "x"]"#,
        r#"name eq "x""#,
        r#"manager eq "x""#,
        r#"password eq "x""#,
        r#"urn:x:2.0:User:title eq "x""#,
        ". eq 1",
        &long,
        &deep,
        &many,
    ]
    .into_iter()
    .map(refusal)
    .collect();
    insta::assert_snapshot!(seen.join("\n"));
}

#[test]
fn entra_filters_beyond_the_grammar() {
    let holds = |text: &str| {
        let mut notes = Notes::new();
        let filter = parse_filter(
            users(),
            text,
            &Dialect::of(ConnectionKind::Entra),
            &mut notes,
        )
        .unwrap_or_else(|error| panic!("{error}"));
        assert!(!notes.is_empty(), "{text} is noted");
        matches(users(), &filter, &bjensen())
    };
    assert!(holds(
        r#"emails[type eq "work"].value eq "bjensen@example.com""#
    ));
    assert!(!holds(
        r#"emails[type eq "work"].value eq "babs@jensen.org""#
    ));
    assert!(holds("emails[primary eq true].value pr"));
    assert!(holds(r#"emails[primary eq "True"].type eq "work""#));
    assert!(holds("externalId eq Ext-1"));
    assert!(!holds("externalId eq 1234"));
    assert!(holds(r#"manager eq "M1""#));
    assert!(holds(r#"manager.value eq "M1""#));
}

#[test]
fn typed_filters_name_attributes_and_fold_values() {
    let filter = typed(ConnectionKind::Generic, r#"emails[value eq "A@B"]"#).unwrap();
    let TypedFilter::Element { attr, filter } = filter else {
        panic!("an element filter");
    };
    assert_eq!((attr.id, attr.multi_valued), (AttrId::Emails, true));
    let TypedFilter::Compare { attr, op, value } = *filter else {
        panic!("a comparison");
    };
    assert_eq!(
        (attr.id, attr.parent),
        (AttrId::EmailsValue, Some(AttrId::Emails))
    );
    assert_eq!(
        (op, value),
        (CompareOp::Eq, TypedValue::String("a@b".into()))
    );
}

#[test]
fn attributes_of_another_type_have_no_value() {
    let among = |text: &str| {
        let groups = registry().resource_type(ResourceKind::Group);
        let expr = parse(text).unwrap();
        let dialect = Dialect::of(ConnectionKind::Generic);
        resolve_among(&expr, users(), &[groups], &dialect, &mut Notes::new())
            .map(|filter| matches(users(), &filter, &bjensen()))
    };
    assert_eq!(
        among(r#"members eq "x" or userName eq "bjensen""#),
        Ok(true)
    );
    assert_eq!(among("members pr"), Ok(false));
    assert_eq!(among(r#"members[value eq "x"]"#), Ok(false));
    assert_eq!(among("members eq null"), Ok(true));
    assert_eq!(among(r#"members ne "x""#), Ok(true));
    assert!(among("nope pr").is_err());
}

#[test]
fn lists_are_sorted_by_simple_attributes() {
    let by = |name| AttrRef::sort_by(users(), name).map(|attr| attr.id);
    assert_eq!(by("USERNAME"), Ok(AttrId::UserName));
    assert_eq!(by("name.familyName"), Ok(AttrId::NameFamilyName));
    assert_eq!(by("emails"), Ok(AttrId::EmailsValue));
    for name in ["name", "nope", "password", ""] {
        let error = by(name).unwrap_err();
        assert_eq!(error.to_json()["scimType"], "invalidValue");
    }
}

fn name() -> impl Strategy<Value = Name> {
    let names = [
        "userName",
        "name.familyName",
        "emails",
        "emails.value",
        "active",
        "meta.lastModified",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref",
    ];
    proptest::sample::select(names.to_vec()).prop_map(|text| Name {
        text: text.to_owned(),
        offset: Offset(0),
    })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Boolean),
        Just(Literal::Null),
        any::<i32>().prop_map(|number| Literal::Number(number.to_string())),
        "[^\0]{0,6}".prop_map(Literal::String),
        "b[a-z0-9@.-]{0,6}".prop_map(Literal::Bare),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    let ops = proptest::sample::select(CompareOp::ALL.to_vec());
    prop_oneof![
        Just(Test::Present),
        (ops, literal()).prop_map(|(op, literal)| Test::Compare(op, literal)),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = (name(), test()).prop_map(|(name, test)| Expr::Attr { name, test });
    leaf.prop_recursive(4, 24, 3, |inner| {
        let parts = proptest::collection::vec(inner.clone(), 2..4);
        let tail = proptest::option::of(test().prop_map(|test| Tail {
            sub: Name {
                text: "value".to_owned(),
                offset: Offset(0),
            },
            test,
        }));
        prop_oneof![
            parts.clone().prop_map(Expr::And),
            parts.prop_map(Expr::Or),
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
            (name(), inner, tail).prop_map(|(name, filter, tail)| Expr::ValuePath {
                name,
                filter: Box::new(filter),
                tail
            }),
        ]
    })
}

/// Filters that the schema allows, and resources they may or may not match.
fn valid() -> impl Strategy<Value = TypedFilter> {
    let text = proptest::sample::select(vec!["", "a", "A", "ab", "b", "ä"]);
    let op = proptest::sample::select(CompareOp::ALL.to_vec());
    let name =
        proptest::sample::select(vec!["title", "externalId", "emails.value", "emails[value"]);
    (name, op, text).prop_map(|(name, op, text)| {
        let close = if name.contains('[') { "]" } else { "" };
        let text = format!("{name} {op} {}{close}", Value::from(text));
        typed(ConnectionKind::Generic, &text).expect("valid")
    })
}

fn resource() -> impl Strategy<Value = Map<String, Value>> {
    let text = || {
        proptest::option::of(proptest::sample::select(vec![
            "", "a", "A", "ba", "Ab", "Ä",
        ]))
    };
    (text(), text(), proptest::collection::vec(text(), 0..3)).prop_map(
        |(title, external, emails)| {
            let emails: Vec<_> = emails
                .into_iter()
                .map(|value| json!({"value": value}))
                .collect();
            let value = json!({"title": title, "externalId": external, "emails": emails});
            value.as_object().expect("an object").clone()
        },
    )
}

/// What is a filter says the same when it is written down and read again; what is none is refused
/// at a place of its text.
fn reads_back_or_names_the_place(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(expr) => prop_assert_eq!(parse(&expr.to_string()), Ok(expr), "{}", text),
        Err(error) => prop_assert!(text.is_char_boundary(error.offset), "{}: {}", text, error),
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::random::seeded())]

    #[test]
    fn the_canonical_text_reads_back_as_the_same_tree(expr in expr()) {
        let text = expr.to_string();
        prop_assert_eq!(parse(&text), Ok(expr), "{}", text);
    }

    #[test]
    fn arbitrary_text_is_read_or_refused_with_its_place(text in any::<String>()) {
        reads_back_or_names_the_place(&text)?;
    }

    #[test]
    fn tokens_in_any_order_are_read_or_refused_with_their_place(
        tokens in proptest::collection::vec(
            proptest::sample::select(vec![
                "(", ")", "[", "]", "not", "and", "or", "pr", "eq", "userName", "emails",
                "type", ".value", "\"x\"", "\"", "true", "1", "\u{e9}", " ",
            ]),
            0..12,
        ),
        spaced in any::<bool>(),
    ) {
        let text = tokens.join(if spaced { " " } else { "" });
        reads_back_or_names_the_place(&text)?;
        for kind in ConnectionKind::ALL {
            if let Err(error) = typed(kind, &text) {
                prop_assert_eq!(error.scim_type, Some(ScimType::InvalidFilter));
                prop_assert!(error.detail.contains("at byte "), "{}", error);
            }
        }
        if let Err(error) = parse_path(&text) {
            prop_assert!(text.is_char_boundary(error.offset), "{}: {}", text, error);
        }
    }

    #[test]
    fn resolving_never_panics(expr in expr()) {
        for kind in [ConnectionKind::Generic, ConnectionKind::Entra] {
            let dialect = Dialect::of(kind);
            if let Ok(filter) = resolve(&expr, users(), &dialect, &mut Notes::new()) {
                let _ = matches(users(), &filter, &bjensen());
            }
        }
    }

    #[test]
    fn negation_follows_de_morgan(a in valid(), b in valid(), resource in resource()) {
        let not = |filter: TypedFilter| TypedFilter::Not(Box::new(filter));
        let left = not(TypedFilter::And(vec![a.clone(), b.clone()]));
        let right = TypedFilter::Or(vec![not(a.clone()), not(b)]);
        prop_assert_eq!(matches(users(), &left, &resource), matches(users(), &right, &resource));
        prop_assert_eq!(matches(users(), &not(not(a.clone())), &resource), matches(users(), &a, &resource));
    }

    #[test]
    fn operators_agree_with_each_other(filter in valid(), resource in resource()) {
        let TypedFilter::Compare { attr, value, .. } = filter else {
            return Ok(());
        };
        let with = |op| matches(users(), &TypedFilter::Compare { attr, op, value: value.clone() }, &resource);
        use CompareOp as Op;
        prop_assert_eq!(with(Op::Ne), !with(Op::Eq));
        prop_assert_eq!(with(Op::Ge), with(Op::Gt) || with(Op::Eq));
        prop_assert_eq!(with(Op::Le), with(Op::Lt) || with(Op::Eq));
        prop_assert!(!with(Op::Eq) || (with(Op::Sw) && with(Op::Ew)));
        prop_assert!(!(with(Op::Sw) || with(Op::Ew)) || with(Op::Co));
    }
}

#[test]
fn a_filter_may_compare_so_much_and_no_more() {
    let emails: Vec<_> = (0..500)
        .map(|number| json!({"value": format!("{}{number}", "é".repeat(1000))}))
        .collect();
    let mut resource = bjensen();
    resource.insert("emails".to_owned(), Value::Array(emails));
    let terms = |count: usize| {
        let terms: Vec<_> = (0..count)
            .map(|n| format!("emails.value co \"ü{n}\""))
            .collect();
        typed(ConnectionKind::Generic, &terms.join(" or ")).expect("valid")
    };
    let outcome = |filter: &TypedFilter, effort: &mut Effort| {
        super::matches(users(), filter, &resource, effort)
    };
    let mut effort = Effort::default();
    assert_eq!(
        outcome(&terms(40), &mut effort),
        Ok(false),
        "each text is folded once"
    );
    assert_eq!(outcome(&terms(200), &mut effort), Err(Exhausted));
    assert!(Effort::default().spend(usize::MAX).is_err());
}
