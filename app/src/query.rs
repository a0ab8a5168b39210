//! Query strings: what the console writes into addresses and into requests.

/// A query string under construction; values are percent-encoded (RFC 3986 unreserved set).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryString(String);

impl QueryString {
    /// Adds `key=value`; the key is one of ours and needs no encoding.
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(key);
        self.0.push('=');
        encode_into(&mut self.0, value);
        self
    }

    /// Adds `key=value` when there is a value.
    pub(crate) fn with_some(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// `path`, followed by `?…` when anything was added.
    pub(crate) fn after(&self, path: &str) -> String {
        format!("{path}{}", self.0)
    }
}

/// Percent-encodes one path segment or query value.
pub(crate) fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    encode_into(&mut out, value);
    out
}

fn encode_into(out: &mut String, value: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_keys_are_joined() {
        let query = QueryString::default()
            .with("q", "Ana & Bo/ü")
            .with_some("source", None)
            .with_some("sort", Some("-last_login"));
        assert_eq!(
            query.after("/users"),
            "/users?q=Ana%20%26%20Bo%2F%C3%BC&sort=-last_login"
        );
    }

    #[test]
    fn an_empty_query_leaves_the_path_alone() {
        assert_eq!(QueryString::default().after("/users"), "/users");
    }
}
