//! Filters and what they look at.

use scim_schema::{
    dialect::{ConnectionKind, Dialect, Notes},
    filter::parse_filter,
    schema::registry,
};

use super::*;

fn reach_of(kind: ResourceKind, text: &str) -> Reach {
    let dialect = Dialect::of(ConnectionKind::Generic);
    let mut notes = Notes::default();
    let rt = registry().resource_type(kind);
    let filter = parse_filter(rt, text, &dialect, &mut notes).expect(text);
    reach(kind, &filter)
}

#[test]
fn one_indexed_term_of_a_conjunction_is_enough_and_a_disjunction_needs_all() {
    use ResourceKind::User;
    for text in [
        r#"userName eq "a""#,
        r#"userName sw "a" and title co "x""#,
        r#"title co "x" and (active eq true and externalId eq "1")"#,
        r#"userName eq "a" or emails.value eq "a@x""#,
        r#"emails[type eq "work" and value eq "a@x"]"#,
        r#"emails[value eq "a@x" or value sw "b@x"]"#,
        r#"groups.value eq "g" or groups[display eq "G" and type eq "direct"]"#,
        r#"meta.lastModified gt "2026-01-01T00:00:00Z""#,
        r#"title eq "x" and not (active eq true)"#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m""#,
        r#"id eq "x""#,
    ] {
        assert_eq!(reach_of(User, text), Reach::Indexed, "{text}");
    }
    for (text, attribute) in [
        (r#"title co "x""#, AttrId::Title),
        (r#"userName co "x""#, AttrId::UserName),
        (r#"userName ne "x""#, AttrId::UserName),
        (r#"not (userName eq "x")"#, AttrId::UserName),
        ("active eq true", AttrId::Active),
        (r#"userName eq "a" or title co "x""#, AttrId::Title),
        (r#"active eq true and title co "x""#, AttrId::Active),
        (r#"emails[type eq "work"]"#, AttrId::EmailsType),
        (r#"emails.value ew "@x""#, AttrId::EmailsValue),
        (r#"emails[value eq "a" or type eq "b"]"#, AttrId::EmailsType),
        (r#"id sw "x""#, AttrId::Id),
        ("title pr", AttrId::Title),
        ("emails pr", AttrId::Emails),
        (r#"groups.display co "x""#, AttrId::GroupsDisplay),
        (r#"groups[type ne "x"]"#, AttrId::Groups),
        (r#"groups[not (type co "x")]"#, AttrId::Groups),
    ] {
        assert_eq!(reach_of(User, text), Reach::Scanned(attribute), "{text}");
    }
}

#[test]
fn groups_are_found_by_their_names_and_their_members() {
    use ResourceKind::Group;
    for text in [
        r#"displayName eq "a""#,
        r#"displayName sw "a""#,
        r#"members.value eq "m""#,
        r#"members[value eq "m" and type eq "User"]"#,
        r#"externalId eq "e" and members.display co "x""#,
    ] {
        assert_eq!(reach_of(Group, text), Reach::Indexed, "{text}");
    }
    for (text, attribute) in [
        (r#"displayName co "a""#, AttrId::GroupDisplayName),
        (r#"members.display eq "a""#, AttrId::GroupMembersDisplay),
        ("members pr", AttrId::GroupMembers),
    ] {
        assert_eq!(reach_of(Group, text), Reach::Scanned(attribute), "{text}");
    }
}

#[test]
fn what_holds_for_all_or_for_none_is_known_before_anything_is_looked_at() {
    use ResourceKind::{Group, User};
    let core = "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"";
    for (kind, text, reach) in [
        (User, r#"meta.resourceType eq "User""#, Reach::Everything),
        (Group, r#"meta.resourceType eq "User""#, Reach::Nothing),
        (Group, r#"meta.resourceType ne "User""#, Reach::Everything),
        (User, core, Reach::Everything),
        (User, "userName pr and id pr", Reach::Everything),
        (
            User,
            r#"meta.resourceType eq "Group" and title co "x""#,
            Reach::Nothing,
        ),
        (
            User,
            r#"meta.resourceType eq "User" and userName eq "a""#,
            Reach::Indexed,
        ),
    ] {
        assert_eq!(reach_of(kind, text), reach, "{text}");
    }
}
