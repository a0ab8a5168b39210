//! Finds the paths of our own crate that a source file names.

/// A path such as `crate::db::users` as its segments after `crate`, and its line.
#[derive(Debug, PartialEq)]
pub(super) struct Import {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

/// Every path that begins with `crate::` in `code`, which has no comments; groups in braces are
/// taken apart.
pub(super) fn crate_paths(code: &str) -> Vec<Import> {
    const START: &str = "crate::";
    let mut imports = Vec::new();
    for (start, _) in code.match_indices(START) {
        let line = code[..start].lines().count().max(1);
        let line = if code[..start].ends_with('\n') {
            line + 1
        } else {
            line
        };
        let mut paths = Vec::new();
        read_tree(&code[start + START.len()..], &[], &mut paths);
        imports.extend(paths.into_iter().map(|segments| Import { line, segments }));
    }
    imports
}

/// Reads one path or group that continues `prefix`; returns what follows it.
fn read_tree<'a>(code: &'a str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    let code = code.trim_start();
    if let Some(group) = code.strip_prefix('{') {
        return read_group(group, prefix, paths);
    }
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let end = code
        .find(|character| !is_word(character))
        .unwrap_or(code.len());
    let (word, rest) = code.split_at(end);
    let mut path = prefix.to_vec();
    if !word.is_empty() {
        path.push(word.to_owned());
    }
    if let Some(rest) = rest.strip_prefix("::") {
        return read_tree(rest, &path, paths);
    }
    paths.push(path);
    rest
}

fn read_group<'a>(mut code: &'a str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    loop {
        code = code.trim_start();
        if let Some(rest) = code.strip_prefix('}') {
            return rest;
        }
        if code.is_empty() {
            return code;
        }
        code = read_tree(code, prefix, paths);
        // Past ` as name` and the comma, up to the next member or the end of the group.
        let end = code.find([',', '}']).unwrap_or(code.len());
        code = code[end..].strip_prefix(',').unwrap_or(&code[end..]);
    }
}

#[test]
fn single_paths_groups_and_renames_are_taken_apart() {
    let code = "use crate::db::unit::Unit;\nuse crate::{\n    ctx::Ctx as C,\n    db::{self, \
                entity::{users, groups}},\n    ops::*,\n};\nfn f() { crate::jobs::start() }";
    let found: Vec<String> = crate_paths(code)
        .into_iter()
        .map(|import| import.segments.join("::"))
        .collect();
    assert_eq!(
        found,
        [
            "db::unit::Unit",
            "ctx::Ctx",
            "db::self",
            "db::entity::users",
            "db::entity::groups",
            "ops",
            "jobs::start"
        ]
    );
}

#[test]
fn the_line_is_that_of_the_word_crate() {
    let lines: Vec<usize> = crate_paths("use crate::a;\n\nuse crate::b;\nlet x = crate::c;")
        .into_iter()
        .map(|import| import.line)
        .collect();
    assert_eq!(lines, [1, 3, 4]);
}
