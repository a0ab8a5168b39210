//! Finds what a source file names of its own crate, wherever it stands: in `use` trees, in
//! expressions, in attributes and inside macros. Comments and strings are no code.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) imports: Vec<Import>,
    /// Lines that hide where a name comes from, and what is wrong with each.
    pub(super) tricks: Vec<(usize, &'static str)>,
}

/// A path from the root of the crate: `super::unit::Unit` in `db::users` is `db`, `unit`, `Unit`.
#[derive(Debug, PartialEq)]
pub(super) struct Import {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

/// Scans the code of `module`; other crates call this one `crate_name`. The error is a sentence.
pub(super) fn scan(module: &[String], crate_name: &str, code: &str) -> Result<Scan, String> {
    let tokens = tokens_of(code)?;
    let mut scanner = Scanner {
        module: module.to_vec(),
        crate_name,
        scan: Scan::default(),
    };
    scanner.walk(&tokens);
    Ok(scanner.scan)
}

/// The line of the first place where the code names `name` as a whole word.
pub(super) fn line_of(name: &str, code: &str) -> Result<Option<usize>, String> {
    fn find(name: &str, tokens: &[TokenTree]) -> Option<usize> {
        tokens.iter().find_map(|token| match token {
            TokenTree::Ident(word) if word == name => Some(word.span().start().line),
            TokenTree::Group(group) => find(name, &inside(group)),
            _ => None,
        })
    }
    Ok(find(name, &tokens_of(code)?))
}

fn tokens_of(code: &str) -> Result<Vec<TokenTree>, String> {
    let stream: TokenStream = code
        .parse()
        .map_err(|error| format!("cannot be read as Rust: {error}"))?;
    Ok(stream.into_iter().collect())
}

struct Scanner<'c> {
    /// Where the walk is: inline modules count.
    module: Vec<String>,
    crate_name: &'c str,
    scan: Scan,
}

impl Scanner<'_> {
    fn walk(&mut self, tokens: &[TokenTree]) {
        let mut rest = tokens;
        while let Some(first) = rest.first() {
            rest = match (word(first), rest) {
                (Some(word), _) => self.at_word(&word, rest),
                (None, [TokenTree::Punct(hash), TokenTree::Group(group), ..])
                    if hash.as_char() == '#' && starts_with(group, "path") =>
                {
                    self.trick(first, "#[path] puts a file where its folder does not say");
                    &rest[2..]
                }
                (None, [TokenTree::Group(group), ..]) => {
                    self.walk(&inside(group));
                    &rest[1..]
                }
                _ => &rest[1..],
            };
        }
    }

    /// Answers what is left to walk.
    fn at_word<'t>(&mut self, name: &str, rest: &'t [TokenTree]) -> &'t [TokenTree] {
        let next = rest.get(1);
        match (name, next) {
            ("mod", Some(TokenTree::Ident(module))) => {
                if let Some(TokenTree::Group(body)) = rest.get(2) {
                    self.module.push(module.to_string());
                    self.walk(&inside(body));
                    self.module.pop();
                    return &rest[3..];
                }
            }
            // `pub(in crate::db)` says who may see it and uses nothing.
            ("pub", Some(TokenTree::Group(group)))
                if group.delimiter() == Delimiter::Parenthesis
                    && ["in", "crate", "super", "self"]
                        .iter()
                        .any(|word| starts_with(group, word)) =>
            {
                return &rest[2..];
            }
            ("extern", Some(TokenTree::Ident(word))) if word == "crate" => {
                self.trick(&rest[0], "extern crate gives a crate another name");
                return &rest[2..];
            }
            ("include", Some(TokenTree::Punct(mark))) if mark.as_char() == '!' => {
                self.trick(&rest[0], "include! brings in code that no rule sees");
            }
            _ => {}
        }
        let is_root = ["crate", "super", self.crate_name].contains(&name);
        if is_root && matches!(next, Some(TokenTree::Ident(word)) if word == "as") {
            self.trick(&rest[0], "a root gets another name");
        }
        if (is_root || name == "self") && separated(&rest[1..]) {
            return self.read_tree(rest, &[]);
        }
        &rest[1..]
    }

    /// Reads one path or group that continues `prefix`; answers what follows it.
    fn read_tree<'t>(&mut self, mut rest: &'t [TokenTree], prefix: &[String]) -> &'t [TokenTree] {
        let line = rest.first().map_or(0, line);
        let mut path = prefix.to_vec();
        loop {
            match rest.first() {
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let members = inside(group);
                    for member in members.split(|token| is(token, ',')) {
                        if !member.is_empty() {
                            self.read_tree(member, &path);
                        }
                    }
                    return &rest[1..];
                }
                Some(TokenTree::Ident(segment)) => path.push(segment.to_string()),
                Some(token) if is(token, '*') => path.push("*".to_owned()),
                // Type arguments: the path ends, and what they name is walked over.
                _ => break,
            }
            rest = &rest[1..];
            if !separated(rest) {
                break;
            }
            rest = &rest[2..];
        }
        let segments = self.resolve(&path);
        self.scan.imports.push(Import { line, segments });
        rest
    }

    fn resolve(&self, path: &[String]) -> Vec<String> {
        let mut segments = self.module.clone();
        for (place, segment) in path.iter().enumerate() {
            match segment.as_str() {
                "crate" => segments.clear(),
                name if place == 0 && name == self.crate_name => segments.clear(),
                "self" => {}
                "super" => drop(segments.pop()),
                name => segments.push(name.to_owned()),
            }
        }
        segments
    }

    fn trick(&mut self, token: &TokenTree, problem: &'static str) {
        self.scan.tricks.push((line(token), problem));
    }
}

fn inside(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn starts_with(group: &Group, name: &str) -> bool {
    let first = group.stream().into_iter().next();
    first.is_some_and(|token| word(&token).as_deref() == Some(name))
}

fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    }
}

fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == character)
}

/// Whether `::` comes next.
fn separated(rest: &[TokenTree]) -> bool {
    matches!(rest, [one, other, ..] if is(one, ':') && is(other, ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(module: &str, code: &str) -> Vec<String> {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        let scan = scan(&module, "rollcall_server", code).expect("code that can be read");
        let paths = scan.imports.iter().map(|import| import.segments.join("::"));
        paths.collect()
    }

    fn tricks(code: &str) -> usize {
        scan(&["db".to_owned()], "rollcall_server", code)
            .expect("code that can be read")
            .tricks
            .len()
    }

    #[test]
    fn single_paths_groups_and_renames_are_taken_apart() {
        let code = "use crate::db::unit::Unit;\nuse crate::{\n    ctx::Ctx as C,\n    \
                    db::{self, entity::{users, groups}},\n    ops::*,\n};\n\
                    fn f() { crate::jobs::start(1) }";
        assert_eq!(
            found("http", code),
            [
                "db::unit::Unit",
                "ctx::Ctx",
                "db",
                "db::entity::users",
                "db::entity::groups",
                "ops::*",
                "jobs::start"
            ]
        );
    }

    #[test]
    fn climbing_and_the_name_of_the_crate_lead_to_the_same_place() {
        assert_eq!(found("db::unit", "use super::super::ops::x;"), ["ops::x"]);
        assert_eq!(found("db::unit", "use self::super::users;"), ["db::users"]);
        assert_eq!(found("db", "use super::{ops::{self}};"), ["ops"]);
        assert_eq!(found("db", "use ::rollcall_server::ops;"), ["ops"]);
        let inline = "mod tests { use super::super::super::ops; }";
        assert_eq!(found("db::unit", inline), ["ops"]);
        let arguments = "fn f() { super::a::<crate::ops::X>::new() }";
        assert_eq!(found("db::unit", arguments), ["db::a", "ops::X"]);
    }

    #[test]
    fn macros_are_looked_into_and_comments_and_strings_are_not() {
        let code = "// crate::ops\n/* crate::ops */\nconst A: &str = \"crate::ops\";\n\
                    fn f() { println!(\"{}\", crate::http::X); }\n\
                    macro_rules! m { () => { $crate::jobs::run() }; }";
        assert_eq!(found("db", code), ["http::X", "jobs::run"]);
    }

    #[test]
    fn who_may_see_something_is_no_use_of_it() {
        assert_eq!(found("db::entity", "pub(in crate::db) struct A;").len(), 0);
    }

    #[test]
    fn hiding_where_a_name_comes_from_is_noticed() {
        for code in [
            "use crate as c;",
            "use super as up;",
            "use {crate as c};",
            "use rollcall_server as c;",
            "extern crate self as c;",
            "#[path = \"../ops/x.rs\"] mod x;",
            "include!(\"../ops/x.rs\");",
        ] {
            assert_eq!(tricks(code), 1, "{code}");
        }
        assert_eq!(tricks("pub(crate) fn f(self) { include_str!(\"a\") }"), 0);
    }

    #[test]
    fn lines_are_told() {
        let scan = scan(
            &[],
            "x",
            "use crate::a;\n\nuse crate::b;\nlet x = crate::c;",
        );
        let lines: Vec<usize> = scan
            .expect("code that can be read")
            .imports
            .iter()
            .map(|import| import.line)
            .collect();
        assert_eq!(lines, [1, 3, 4]);
        let named = line_of("sea_orm", "// sea_orm\nuse a;\nm!(sea_orm::X);");
        assert_eq!(named, Ok(Some(3)));
        assert_eq!(line_of("sea_orm", "use sea_orm_migration;"), Ok(None));
    }
}
