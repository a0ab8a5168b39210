//! Dependencies point one way: between crates, and between the modules of the server.
//!
//! ```text
//! http -> ops -> db -> db::entity        jobs -> ops, mail, db
//! ```

use std::path::Path;

use super::imports::{Import, crate_paths};
use super::tree::{TextFile, names, without_comments};
use super::{assert_complains, assert_tidy, tree};

/// Modules of the server (with everything below) and what they may not name.
const FORBIDDEN: [(&str, &[&str]); 8] = [
    ("db", &["http", "ops", "jobs", "mail", "cli"]),
    ("db::entity", &["db"]),
    ("ops", &["http", "jobs", "cli", "db::entity"]),
    ("jobs", &["http", "cli", "db::entity"]),
    ("mail", &["http", "ops", "jobs", "db", "cli"]),
    ("http", &["cli", "db::entity"]),
    ("config", &["http", "ops", "jobs", "mail", "db", "cli"]),
    ("ctx", &["http", "ops", "jobs", "mail", "cli"]),
];

/// Modules that the rules above speak of.
const LAYERS: [&str; 6] = ["cli", "db", "http", "jobs", "mail", "ops"];

/// Exceptions: a module may always name itself.
fn is_forbidden(module: &str, from: &str, to: &str, target: &str) -> bool {
    within(module, from) && within(target, to) && !within(target, from)
}

/// Crates, by folder, and what none of their files may name, the manifest included.
const STRANGERS: [(&str, &[&str]); 4] = [
    (
        "scim-schema",
        &[
            "rollcall_app",
            "rollcall_migrations",
            "rollcall_server",
            "rollcall_tests",
        ],
    ),
    (
        "migrations",
        &[
            "rollcall_app",
            "rollcall_server",
            "rollcall_tests",
            "scim_schema",
        ],
    ),
    (
        "app",
        &[
            "rollcall_migrations",
            "rollcall_server",
            "rollcall_tests",
            "sea_orm",
        ],
    ),
    ("server", &["rollcall_app", "rollcall_tests"]),
];

/// SQL is written under `server/src/db` and nowhere else in the server.
const SQL_CRATES: [&str; 3] = ["sea_orm", "sea_query", "sqlx"];

fn check_server_modules(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for (module, file) in server_modules(root) {
        for Import { line, segments } in crate_paths(&without_comments(&file.text)) {
            let target = segments.join("::");
            for (from, forbidden) in FORBIDDEN {
                for to in forbidden
                    .iter()
                    .filter(|to| is_forbidden(&module, from, to, &target))
                {
                    complaints.push(format!(
                        "{}:{line}: `crate::{target}`: {from} may not use {to}",
                        file.path
                    ));
                }
            }
        }
    }
    complaints
}

/// Climbing to the root with `super::` would get around the rule about `crate::` paths.
fn check_super_chains(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for (module, file) in server_modules(root) {
        // A module directly below the root is there with one step.
        let chain = if module.contains("::") {
            "super::super::"
        } else {
            "super::"
        };
        let code = without_comments(&file.text);
        for (start, _) in code.match_indices(chain) {
            let target = code[start..].trim_start_matches("super::");
            if LAYERS
                .iter()
                .any(|layer| target.starts_with(&format!("{layer}::")))
            {
                complaints.push(format!(
                    "{}: write `crate::` instead of climbing up",
                    file.path
                ));
            }
        }
    }
    complaints
}

fn check_sql(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for (module, file) in server_modules(root) {
        if within(&module, "db") || module.ends_with("tests") {
            continue;
        }
        let code = without_comments(&file.text);
        for name in SQL_CRATES.iter().filter(|name| names(&code, name)) {
            complaints.push(format!(
                "{}: `{name}` belongs into server/src/db",
                file.path
            ));
        }
    }
    complaints
}

fn check_crates(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for (folder, strangers) in STRANGERS {
        let folder_path = root.join(folder);
        if !folder_path.is_dir() {
            continue;
        }
        for stranger in strangers {
            let package = stranger.replace('_', "-");
            for file in tree::files(&folder_path, "rs") {
                if names(&without_comments(&file.text), stranger) {
                    complaints.push(format!(
                        "{folder}/{}: {folder} may not use {package}",
                        file.path
                    ));
                }
            }
            for file in tree::files(&folder_path, "toml") {
                let depends = file.text.lines().any(|line| line.starts_with(&package));
                if file.path == "Cargo.toml" && depends {
                    complaints.push(format!(
                        "{folder}/Cargo.toml: {folder} may not use {package}"
                    ));
                }
            }
        }
    }
    complaints
}

/// The files of the server with their module paths: `db/unit.rs` and `db/unit/mod.rs` are `db::unit`.
fn server_modules(root: &Path) -> Vec<(String, TextFile)> {
    tree::files(root, "rs")
        .into_iter()
        .filter_map(|file| {
            let inside = file.path.strip_prefix("server/src/")?.strip_suffix(".rs")?;
            let module = inside
                .strip_suffix("/mod")
                .unwrap_or(inside)
                .replace('/', "::");
            Some((module, file))
        })
        .collect()
}

fn within(path: &str, ancestor: &str) -> bool {
    path.strip_prefix(ancestor)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn modules_of_the_server_depend_one_way() {
    assert_tidy(check_server_modules);
}

#[test]
fn no_path_climbs_around_the_rules() {
    assert_tidy(check_super_chains);
}

#[test]
fn sql_is_written_under_db_alone() {
    assert_tidy(check_sql);
}

#[test]
fn crates_depend_one_way() {
    assert_tidy(check_crates);
}

#[test]
fn storage_that_calls_an_operation_is_noticed() {
    let root = tree::sample(&[(
        "server/src/db/users.rs",
        "use crate::{ctx::Ctx, ops::users};\n// crate::http is only mentioned\n",
    )]);
    assert_complains(
        &check_server_modules(root.path()),
        &["users.rs:1", "db may not use ops"],
    );
}

#[test]
fn an_operation_that_knows_http_is_noticed_wherever_it_stands() {
    let root = tree::sample(&[(
        "server/src/ops/users/patch.rs",
        "fn f() {\n    let _ = crate::http::error::status();\n}\n",
    )]);
    assert_complains(
        &check_server_modules(root.path()),
        &["patch.rs:2", "ops may not use http"],
    );
}

#[test]
fn entities_know_each_other_but_not_the_storage_around_them() {
    let good = tree::sample(&[(
        "server/src/db/entity/users.rs",
        "use crate::db::entity::groups;",
    )]);
    assert_eq!(check_server_modules(good.path()), Vec::<String>::new());
    let bad = tree::sample(&[(
        "server/src/db/entity/users.rs",
        "use crate::db::unit::Unit;",
    )]);
    assert_complains(
        &check_server_modules(bad.path()),
        &["db::entity may not use db"],
    );
}

#[test]
fn a_climb_to_the_root_is_noticed() {
    let root = tree::sample(&[
        ("server/src/db/unit.rs", "use super::super::ops::users;"),
        (
            "server/src/http/list.rs",
            "use super::super::client_address::find_client;",
        ),
    ]);
    assert_complains(&check_super_chains(root.path()), &["server/src/db/unit.rs"]);
}

#[test]
fn sql_outside_db_is_noticed() {
    let root = tree::sample(&[
        ("server/src/db/mod.rs", "use sea_orm::EntityTrait;"),
        ("server/src/http/list.rs", "use sea_orm::EntityTrait;"),
    ]);
    assert_complains(
        &check_sql(root.path()),
        &["server/src/http/list.rs", "sea_orm"],
    );
}

#[test]
fn a_crate_that_names_one_above_it_is_noticed() {
    let code = tree::sample(&[("app/src/main.rs", "use rollcall_server::x;")]);
    assert_complains(
        &check_crates(code.path()),
        &["app/src/main.rs", "rollcall-server"],
    );
}

#[test]
fn a_manifest_that_depends_upwards_is_noticed() {
    let manifest = "[dependencies]\nrollcall-server.workspace = true\n";
    let root = tree::sample(&[("scim-schema/Cargo.toml", manifest)]);
    assert_complains(
        &check_crates(root.path()),
        &["scim-schema/Cargo.toml", "rollcall-server"],
    );
}
