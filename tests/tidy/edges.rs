//! Dependencies point one way: between crates, and between the modules of a crate.
//!
//! ```text
//! http -> ops -> db -> db::entity        jobs -> ops, db        pages -> ui -> api
//! ```

use std::path::Path;

use super::imports::{self, Import};
use super::layers::{CONSOLE, Layers, Row, SERVER, SQL_CRATES, STRANGERS};
use super::tree::TextFile;
use super::{assert_complains, assert_tidy, tree};

impl Layers {
    /// The longest row that a module or path lies within.
    fn row_of(&self, path: &[String]) -> Option<&Row> {
        let path = path.join("::");
        self.rows
            .iter()
            .filter(|(name, _)| within(&path, name))
            .max_by_key(|(name, _)| name.len())
    }

    fn check(&self, root: &Path) -> Vec<String> {
        let mut complaints = Vec::new();
        for (module, file) in modules(self.folder, root) {
            // The binary starts the library, and the library lists its modules.
            if module.is_empty() || module == ["main"] {
                continue;
            }
            let Some((from, allowed)) = self.row_of(&module) else {
                complaints.push(format!(
                    "{}: say in tests/tidy/layers.rs what {} may use",
                    file.path, module[0]
                ));
                continue;
            };
            let scan = match imports::scan(&module, self.name, &file.text) {
                Ok(scan) => scan,
                Err(problem) => {
                    complaints.push(format!("{}: {problem}", file.path));
                    continue;
                }
            };
            for (line, problem) in scan.tricks {
                complaints.push(format!("{}:{line}: {problem}", file.path));
            }
            for Import { line, segments } in scan.imports {
                let to = self.row_of(&segments).map_or("the root", |row| row.0);
                if to != *from && !allowed.contains(&to) {
                    complaints.push(format!(
                        "{}:{line}: `crate::{}`: {from} may not use {to}",
                        file.path,
                        segments.join("::")
                    ));
                }
            }
        }
        complaints
    }
}

fn check_server(root: &Path) -> Vec<String> {
    SERVER.check(root)
}

fn check_console(root: &Path) -> Vec<String> {
    CONSOLE.check(root)
}

fn check_sql(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for (module, file) in modules(SERVER.folder, root) {
        let is_test = module.last().is_some_and(|name| name == "tests");
        if is_test || module.first().is_some_and(|name| name == "db") {
            continue;
        }
        for name in SQL_CRATES {
            complaints.extend(
                named(&file, name)
                    .map(|place| format!("{place}: `{name}` belongs into server/src/db")),
            );
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
                complaints.extend(
                    named(&file, stranger)
                        .map(|place| format!("{folder}/{place}: {folder} may not use {package}")),
                );
            }
            for file in tree::files(&folder_path, "toml") {
                if file.path == "Cargo.toml" && depends(&file.text, &package) {
                    complaints.push(format!(
                        "{folder}/Cargo.toml: {folder} may not use {package}"
                    ));
                }
            }
        }
    }
    complaints
}

/// Whether a manifest names the package in any of the ways there are: as a key, in the name of a
/// section, or behind `package =`.
fn depends(manifest: &str, package: &str) -> bool {
    manifest
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(|line| {
            line.split(|letter: char| !letter.is_alphanumeric() && !"-_".contains(letter))
        })
        .any(|word| word.replace('_', "-") == package)
}

/// Where the file names `name`, or that it cannot be read.
fn named(file: &TextFile, name: &str) -> Option<String> {
    match imports::line_of(name, &file.text) {
        Ok(line) => line.map(|line| format!("{}:{line}", file.path)),
        Err(problem) => Some(format!("{} {problem}", file.path)),
    }
}

/// The files of a crate with their module paths: `db/unit.rs` and `db/unit/mod.rs` are `db::unit`,
/// `lib.rs` is the root.
fn modules(folder: &str, root: &Path) -> Vec<(Vec<String>, TextFile)> {
    tree::files(root, "rs")
        .into_iter()
        .filter_map(|file| {
            let inside = file.path.strip_prefix(folder)?.strip_suffix(".rs")?;
            let module = match inside {
                "lib" => Vec::new(),
                _ => inside
                    .strip_suffix("/mod")
                    .unwrap_or(inside)
                    .split('/')
                    .map(str::to_owned)
                    .collect(),
            };
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
    assert_tidy(check_server);
}

#[test]
fn modules_of_the_console_depend_one_way() {
    assert_tidy(check_console);
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
fn every_way_to_a_forbidden_module_is_noticed() {
    for (path, code) in [
        ("db/users.rs", "use crate::{ctx::Ctx, ops::users};"),
        ("db/users.rs", "use super::super::ops::users;"),
        ("db/mod.rs", "use super::ops;"),
        (
            "db/users.rs",
            "use self::super::super::{ops::{self as rules}};",
        ),
        ("db/users.rs", "use rollcall_server::ops;"),
        ("db/users.rs", "fn f() { log!(crate::ops::users::name()); }"),
        ("db/users.rs", "mod tests { use super::super::super::ops; }"),
    ] {
        let root = tree::sample(&[(&format!("server/src/{path}"), code)]);
        assert_complains(
            &check_server(root.path()),
            &[path, ":1", "db may not use ops"],
        );
    }
}

#[test]
fn names_that_could_stand_for_anything_are_noticed() {
    for code in [
        "use crate::*;",
        "use crate::{self as c};",
        "use crate::{self};",
        "use crate as c;",
        "use crate::Handy;",
        "use super::super::*;",
    ] {
        let root = tree::sample(&[("server/src/db/users.rs", code)]);
        assert_complains(&check_server(root.path()), &["db/users.rs:1"]);
    }
}

#[test]
fn an_operation_that_knows_http_is_noticed_wherever_it_stands() {
    let root = tree::sample(&[(
        "server/src/ops/users/patch.rs",
        "fn f() {\n    let _ = crate::http::error::status();\n}\n",
    )]);
    assert_complains(
        &check_server(root.path()),
        &["patch.rs:2", "ops may not use http"],
    );
}

#[test]
fn entities_know_each_other_but_not_the_storage_around_them() {
    let good = tree::sample(&[(
        "server/src/db/entity/users.rs",
        "use crate::db::entity::groups; use super::roles;",
    )]);
    assert_eq!(check_server(good.path()), Vec::<String>::new());
    let bad = tree::sample(&[(
        "server/src/db/entity/users.rs",
        "use super::super::unit::Unit;",
    )]);
    assert_complains(&check_server(bad.path()), &["db::entity may not use db"]);
}

#[test]
fn tables_are_for_the_storage_alone() {
    for from in ["ops/users.rs", "http/users.rs", "jobs/mod.rs"] {
        let code = "use crate::db::entity::user;";
        let root = tree::sample(&[(&format!("server/src/{from}"), code)]);
        assert_complains(&check_server(root.path()), &[from, "db::entity"]);
    }
}

#[test]
fn a_new_module_needs_a_rule() {
    let root = tree::sample(&[("server/src/post/mod.rs", "")]);
    assert_complains(&check_server(root.path()), &["what post may use"]);
}

#[test]
fn a_component_that_knows_a_page_is_noticed() {
    let component = tree::sample(&[("app/src/ui/table.rs", "use crate::pages::users::Row;")]);
    assert_complains(
        &check_console(component.path()),
        &["ui/table.rs:1", "ui may not use pages"],
    );
    let request = tree::sample(&[("app/src/api/users.rs", "use crate::ui::Toast;")]);
    assert_complains(&check_console(request.path()), &["api may not use ui"]);
}

#[test]
fn sql_outside_db_is_noticed() {
    let root = tree::sample(&[
        ("server/src/db/mod.rs", "use sea_orm::EntityTrait;"),
        ("server/src/http/list.rs", "query!(sea_orm::EntityTrait);"),
    ]);
    assert_complains(
        &check_sql(root.path()),
        &["server/src/http/list.rs:1", "sea_orm"],
    );
}

#[test]
fn a_crate_that_names_one_above_it_is_noticed() {
    let code = tree::sample(&[("app/src/main.rs", "use rollcall_server::x;")]);
    assert_complains(
        &check_crates(code.path()),
        &["app/src/main.rs:1", "rollcall-server"],
    );
}

#[test]
fn a_manifest_that_depends_upwards_is_noticed_however_it_says_so() {
    for manifest in [
        "[dependencies]\nrollcall-server.workspace = true\n",
        "[dependencies.rollcall-server]\npath = \"../x\"\n",
        "[dependencies]\nother = { package = \"rollcall-server\", path = \"../x\" }\n",
    ] {
        let root = tree::sample(&[("scim-schema/Cargo.toml", manifest)]);
        assert_complains(
            &check_crates(root.path()),
            &["scim-schema/Cargo.toml", "rollcall-server"],
        );
    }
}
