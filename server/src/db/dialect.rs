//! Where SQLite and PostgreSQL differ: this file and no other.

use sea_orm::{
    DatabaseBackend,
    sea_query::{BinOper, Expr, ExprTrait, Func, SimpleExpr},
};

use super::error::UniqueKey;

/// Which unique rule a driver's message speaks of: PostgreSQL names the index, SQLite the columns.
pub(crate) fn unique_key(message: &str) -> UniqueKey {
    const RULES: &[(&str, &str, UniqueKey)] = &[
        (
            "ux_users_user_name",
            "users.user_name_folded",
            UniqueKey::UserName,
        ),
        (
            "ux_scim_links_external_id",
            "scim_links.external_id",
            UniqueKey::LinkExternalId,
        ),
        (
            "ux_scim_links_live_user",
            "scim_links.user_id",
            UniqueKey::LiveLink,
        ),
        (
            "ux_groups_display_name",
            "groups.display_name_folded",
            UniqueKey::GroupDisplayName,
        ),
        (
            "ux_groups_external_id",
            "groups.external_id",
            UniqueKey::GroupExternalId,
        ),
        (
            "ux_idp_connections_name",
            "idp_connections.name_folded",
            UniqueKey::ConnectionName,
        ),
        (
            "ux_attribute_definitions_name",
            "attribute_definitions.name_folded",
            UniqueKey::AttributeName,
        ),
        ("accounts_slug_key", "accounts.slug", UniqueKey::AccountSlug),
        (
            "ux_verified_domains_domain",
            "verified_domains.domain",
            UniqueKey::Domain,
        ),
        (
            "ux_shadow_objects_name",
            "shadow_objects.name_folded",
            UniqueKey::ShadowName,
        ),
        (
            "ux_shadow_objects_external_id",
            "shadow_objects.external_id",
            UniqueKey::ShadowExternalId,
        ),
        ("ux_holds_open", "holds.source_id", UniqueKey::OpenHold),
    ];
    RULES
        .iter()
        .find(|(index, column, _)| message.contains(index) || message.contains(column))
        .map_or(UniqueKey::Other, |(_, _, key)| *key)
}

/// Whether `haystack` contains `needle`, telling upper from lower case. LIKE of SQLite ignores the
/// case of ASCII letters, so it cannot serve a case-exact attribute.
pub(crate) fn contains_exact(
    backend: DatabaseBackend,
    haystack: SimpleExpr,
    needle: &str,
) -> SimpleExpr {
    let function = match backend {
        DatabaseBackend::Sqlite => "instr",
        _ => "strpos",
    };
    SimpleExpr::from(Func::cust(function).args([haystack, Expr::val(needle)])).gt(0)
}

/// Whether `haystack` begins with `needle`, telling upper from lower case.
pub(crate) fn starts_exact(haystack: SimpleExpr, needle: &str) -> SimpleExpr {
    let length = i32::try_from(needle.chars().count()).unwrap_or(i32::MAX);
    SimpleExpr::from(Func::cust("substr").args([haystack, Expr::val(1), Expr::val(length)]))
        .eq(needle)
}

/// Whether `haystack` ends with `needle`, telling upper from lower case.
pub(crate) fn ends_exact(
    backend: DatabaseBackend,
    haystack: SimpleExpr,
    needle: &str,
) -> SimpleExpr {
    let length = i32::try_from(needle.chars().count()).unwrap_or(i32::MAX);
    if length == 0 {
        return haystack.is_not_null();
    }
    let tail = match backend {
        DatabaseBackend::Sqlite => Func::cust("substr").args([haystack, Expr::val(-length)]),
        _ => Func::cust("right").args([haystack, Expr::val(length)]),
    };
    SimpleExpr::from(tail).eq(needle)
}

/// `LIKE` pattern text with its special characters taken literally; use with `ESCAPE '\'`.
pub(crate) fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 4);
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A column as a value that no index on it is used for; PostgreSQL counts rows and needs no telling.
pub(crate) fn computed(backend: DatabaseBackend, column: Expr) -> Expr {
    match backend {
        DatabaseBackend::Sqlite => Expr::cust_with_expr("+?", column),
        _ => column,
    }
}

/// The canonical text of a UUID column: SQLite stores its 16 bytes.
pub(crate) fn uuid_text(backend: DatabaseBackend, column: &Expr) -> Expr {
    if backend != DatabaseBackend::Sqlite {
        return column.clone().cast_as("text");
    }
    let hex: Expr = Func::lower(Func::cust("hex").arg(column.clone())).into();
    let part = |from: i32, length: i32| -> Expr {
        Func::cust("substr")
            .args([hex.clone(), Expr::val(from), Expr::val(length)])
            .into()
    };
    [(9, 4), (13, 4), (17, 4), (21, 12)]
        .into_iter()
        .fold(part(1, 8), |text, (from, length)| {
            let dash = text.binary(BinOper::Custom("||"), "-");
            dash.binary(BinOper::Custom("||"), part(from, length))
        })
}

/// Groups that a user is shown with. Every write reads them while it holds the row, so they have a
/// bound as everything else of a user has; `members.value` finds the groups of somebody with more.
pub(super) const MOST_GROUPS: u32 = 5_000;

/// The groups of the user in `of` that belong to the connection there, as one JSON text: an
/// array of objects with `id` (hexadecimal or canonical UUID) and `display`, at most [`MOST_GROUPS`].
pub(crate) fn groups_json(backend: DatabaseBackend, of: &str) -> Expr {
    Expr::cust(match backend {
        DatabaseBackend::Sqlite => {
            format!(
                "(SELECT json_group_array(json_object('id', lower(hex(shown.id)), 'display', shown.display_name)) FROM (SELECT g.id, g.display_name FROM group_members m CROSS JOIN groups g ON g.account_id = m.account_id AND g.id = m.group_id WHERE m.account_id = {of}.account_id AND m.user_id = {of}.user_id AND +g.connection_id = {of}.connection_id ORDER BY m.group_id LIMIT {MOST_GROUPS}) shown)"
            )
        }
        _ => {
            format!(
                "(SELECT json_agg(json_build_object('id', shown.id::text, 'display', shown.display_name))::text FROM (SELECT g.id, g.display_name FROM group_members m JOIN groups g ON g.account_id = m.account_id AND g.id = m.group_id WHERE m.account_id = {of}.account_id AND m.user_id = {of}.user_id AND g.connection_id = {of}.connection_id ORDER BY m.group_id LIMIT {MOST_GROUPS}) shown)"
            )
        }
    })
}

/// Members of the group in `of` that are users with a live link in its connection, as one JSON
/// text: an array of objects with `id` and `display`.
///
/// SQLite would as soon read every link of the connection for each of its groups: `CROSS JOIN` tells
/// it to begin with the members, and `+` keeps it from the connection's indexes.
pub(crate) fn group_users_json(backend: DatabaseBackend, of: &str) -> Expr {
    Expr::cust(match backend {
        DatabaseBackend::Sqlite => {
            format!(
                "(SELECT json_group_array(json_object('id', lower(hex(l.scim_id)), 'display', COALESCE(NULLIF(u.display_name, ''), NULLIF(TRIM(COALESCE(u.given_name, '') || ' ' || COALESCE(u.family_name, '')), ''), u.user_name))) FROM group_members m CROSS JOIN scim_links l ON l.account_id = m.account_id AND l.user_id = m.user_id AND l.state = 'live' AND +l.connection_id = {of}.connection_id CROSS JOIN users u ON u.account_id = m.account_id AND u.id = m.user_id WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
        _ => {
            format!(
                "(SELECT json_agg(json_build_object('id', l.scim_id::text, 'display', COALESCE(NULLIF(u.display_name, ''), NULLIF(TRIM(COALESCE(u.given_name, '') || ' ' || COALESCE(u.family_name, '')), ''), u.user_name)))::text FROM group_members m JOIN scim_links l ON l.account_id = m.account_id AND l.user_id = m.user_id AND l.state = 'live' AND l.connection_id = {of}.connection_id JOIN users u ON u.account_id = m.account_id AND u.id = m.user_id WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
    })
}

/// As [`group_users_json`] without `display`, and so without a look at the users.
pub(crate) fn group_user_ids_json(backend: DatabaseBackend, of: &str) -> Expr {
    Expr::cust(match backend {
        DatabaseBackend::Sqlite => {
            format!(
                "(SELECT json_group_array(json_object('id', lower(hex(l.scim_id)))) FROM group_members m CROSS JOIN scim_links l ON l.account_id = m.account_id AND l.user_id = m.user_id AND l.state = 'live' AND +l.connection_id = {of}.connection_id WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
        _ => {
            format!(
                "(SELECT json_agg(json_build_object('id', l.scim_id::text))::text FROM group_members m JOIN scim_links l ON l.account_id = m.account_id AND l.user_id = m.user_id AND l.state = 'live' AND l.connection_id = {of}.connection_id WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
    })
}

/// Members of the group in `of` that are groups, as [`group_user_ids_json`].
pub(crate) fn group_subgroup_ids_json(backend: DatabaseBackend, of: &str) -> Expr {
    Expr::cust(match backend {
        DatabaseBackend::Sqlite => {
            format!(
                "(SELECT json_group_array(json_object('id', lower(hex(m.member_group_id)))) FROM group_subgroups m WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
        _ => {
            format!(
                "(SELECT json_agg(json_build_object('id', m.member_group_id::text))::text FROM group_subgroups m WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
    })
}

/// Members of the group in `of` that are groups, as [`group_users_json`].
pub(crate) fn group_subgroups_json(backend: DatabaseBackend, of: &str) -> Expr {
    Expr::cust(match backend {
        DatabaseBackend::Sqlite => {
            format!(
                "(SELECT json_group_array(json_object('id', lower(hex(g.id)), 'display', g.display_name)) FROM group_subgroups m CROSS JOIN groups g ON g.account_id = m.account_id AND g.id = m.member_group_id WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
        _ => {
            format!(
                "(SELECT json_agg(json_build_object('id', g.id::text, 'display', g.display_name))::text FROM group_subgroups m JOIN groups g ON g.account_id = m.account_id AND g.id = m.member_group_id WHERE m.account_id = {of}.account_id AND m.group_id = {of}.id)"
            )
        }
    })
}

/// The attributes of the account that the connection in `idp_connections` exposes, as one JSON text:
/// an array of `scim_schema::custom::CustomAttribute` in any order.
pub(crate) fn custom_attributes_json(backend: DatabaseBackend) -> Expr {
    const ROWS: &str = "FROM connection_attributes c JOIN attribute_definitions d ON d.account_id = c.account_id AND d.id = c.definition_id WHERE c.account_id = idp_connections.account_id AND c.connection_id = idp_connections.id";
    const TEXTS: &str = "'number', d.number, 'urn', c.urn, 'name', c.name, 'type', d.value_type, 'returned', d.returned, 'description', d.description";
    Expr::cust(match backend {
        DatabaseBackend::Sqlite => format!(
            "(SELECT json_group_array(json_object({TEXTS}, 'multi_valued', json(iif(d.multi_valued, 'true', 'false')), 'case_exact', json(iif(d.case_exact, 'true', 'false')))) {ROWS})"
        ),
        _ => format!(
            "(SELECT json_agg(json_build_object({TEXTS}, 'multi_valued', d.multi_valued, 'case_exact', d.case_exact))::text {ROWS})"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_both_drivers_name_the_same_rule() {
        for message in [
            "UNIQUE constraint failed: users.account_id, users.user_name_folded",
            "duplicate key value violates unique constraint \"ux_users_user_name\"",
        ] {
            assert_eq!(unique_key(message), UniqueKey::UserName);
        }
        assert_eq!(unique_key("something else"), UniqueKey::Other);
    }

    #[test]
    fn like_takes_wildcards_literally() {
        assert_eq!(escape_like(r"50%_\"), r"50\%\_\\");
    }
}
