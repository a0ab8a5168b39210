//! The routes as the server lists them.

/// The routes that the server's own list names.
pub(crate) fn declared() -> Vec<String> {
    let source = include_str!("../../../server/src/http/admin/mod.rs");
    let code: String = source.split_whitespace().collect();
    let mut found = Vec::new();
    for route in code.split(".route(\"").skip(1) {
        let (path, rest) = route.split_once('"').expect("a path");
        let handlers = rest.split(".route(").next().unwrap_or_default();
        for method in ["get", "post", "put", "patch", "delete"] {
            if handlers.contains(&format!(",{method}("))
                || handlers.contains(&format!(").{method}("))
            {
                found.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found.sort();
    found
}
