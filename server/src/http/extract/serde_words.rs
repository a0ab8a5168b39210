//! What serde says about a request that does not fit, without the names of our types.

/// The sentence of a fault, for people who see JSON and not Rust.
pub(super) fn readable(message: &str) -> String {
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    let kind = kinds.iter().find_map(|kind| message.strip_prefix(kind));
    let parts = kind.and_then(|rest| rest.split_once(", expected "));
    match parts {
        Some((found, wanted)) => format!(
            "{} stands where {} belongs",
            found_word(found),
            wanted_word(wanted)
        ),
        None if message.starts_with("data did not match") => "no form of it is known".to_owned(),
        None => message.to_owned(),
    }
}

/// What was there, in serde's words such as `map` or `string "x"`; of a list only its length is told.
fn found_word(found: &str) -> String {
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "unit value" | "null" => "null".to_owned(),
        length if length.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("a list of {length}")
        }
        other => {
            let (kind, value) = other.split_once(' ').unwrap_or((other, ""));
            let value = value.trim_matches('`');
            match kind {
                "integer" | "floating" => {
                    format!("the number {}", value.trim_start_matches("point `"))
                }
                "boolean" | "string" => format!("the {kind} {value}"),
                _ => "something else".to_owned(),
            }
        }
    }
}

fn wanted_word(wanted: &str) -> &'static str {
    let first = wanted.split([' ', ',']).next().unwrap_or_default();
    match first {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => {
            "a whole number"
        }
        "f32" | "f64" => "a number",
        "bool" => "true or false",
        "enum" | "variant" => "one of the defined words",
        "struct" | "map" | "internally" | "adjacently" => "an object",
        "tuple" | "sequence" => "a list",
        _ => match wanted {
            "a boolean" => "true or false",
            "a string" => "a string",
            "a map" => "an object",
            "a sequence" => "a list",
            _ if wanted.contains("UUID") => "an id",
            _ => "something else",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_types_are_not_named() {
        for (message, sentence) in [
            (
                "invalid type: integer `5`, expected a string",
                "the number 5 stands where a string belongs",
            ),
            (
                "invalid type: sequence, expected struct Profile",
                "a list stands where an object belongs",
            ),
            (
                "invalid type: null, expected enum ConnectionKind",
                "null stands where one of the defined words belongs",
            ),
            (
                "invalid type: floating point `1.5`, expected u32",
                "the number 1.5 stands where a whole number belongs",
            ),
            (
                "invalid length 0, expected struct Profile with 3 elements",
                "a list of 0 stands where an object belongs",
            ),
            ("missing field `kind`", "missing field `kind`"),
        ] {
            assert_eq!(readable(message), sentence);
        }
    }
}
