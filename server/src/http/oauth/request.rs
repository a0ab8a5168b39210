//! A request for a token: the grant, and how the client says who it is. Each in one way only
//! (RFC 6749 sections 2.3 and 3.2).

use std::collections::HashMap;

use axum::{
    Form,
    body::{Body, Bytes},
    extract::FromRequest,
    http::{
        HeaderMap, Request,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;

use super::OAuthError;
use crate::ops::client_credentials::Presented;

/// The only kind of assertion (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FORM: &str = "application/x-www-form-urlencoded";

/// What was asked for, and by whom.
pub(super) struct TokenRequest {
    pub(super) presented: Presented,
    pub(super) scope: Option<String>,
}

impl TokenRequest {
    /// Reads a request; parameters that are not known are ignored (RFC 6749 section 3.2).
    ///
    /// # Errors
    /// `invalid_request`, `unsupported_grant_type`, or `invalid_client` when nobody is named.
    pub(super) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Self, OAuthError> {
        let mut parameters = Parameters(parameters(headers, body).await?);
        match parameters.take("grant_type").as_deref() {
            Some("client_credentials") => {}
            Some(_) => {
                let why = "The only grant_type is client_credentials";
                return Err(OAuthError::bad("unsupported_grant_type", why));
            }
            None => return Err(invalid("Send grant_type=client_credentials")),
        }
        Ok(Self {
            presented: parameters.presented(headers)?,
            scope: parameters.take("scope"),
        })
    }
}

struct Parameters(HashMap<String, String>);

impl Parameters {
    /// Takes a parameter out; an empty one counts as left out.
    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|value| !value.is_empty())
    }

    fn presented(&mut self, headers: &HeaderMap) -> Result<Presented, OAuthError> {
        let client = self.take("client_id");
        let secret = self.take("client_secret");
        let (kind, jwt) = (
            self.take("client_assertion_type"),
            self.take("client_assertion"),
        );
        let basic = basic(headers)?;
        let ways = [basic.is_some(), secret.is_some(), jwt.is_some()];
        if ways.into_iter().filter(|used| *used).count() > 1 {
            return Err(invalid("Say who the client is in one way only"));
        }
        if let Some((named, secret)) = basic {
            if client.is_some_and(|client| client != named) {
                return Err(invalid(
                    "client_id is not the one of the Authorization header",
                ));
            }
            return Ok(Presented::Secret {
                client: named,
                secret,
            });
        }
        if let Some(jwt) = jwt {
            if kind.as_deref() != Some(JWT_BEARER) {
                let why = format!("client_assertion_type must be {JWT_BEARER}");
                return Err(invalid(why));
            }
            return Ok(Presented::Assertion { client, jwt });
        }
        match (client, secret) {
            (Some(client), Some(secret)) => Ok(Presented::Secret { client, secret }),
            _ => Err(OAuthError::new(
                axum::http::StatusCode::UNAUTHORIZED,
                "invalid_client",
                "Send client_id and client_secret, in the body or as HTTP Basic, or a client_assertion",
            )),
        }
    }
}

fn invalid(why: impl Into<String>) -> OAuthError {
    OAuthError::bad("invalid_request", why)
}

/// The parameters of the form, each once.
async fn parameters(
    headers: &HeaderMap,
    body: Bytes,
) -> Result<HashMap<String, String>, OAuthError> {
    let wrong = || invalid(format!("Send the parameters as {FORM}"));
    let content_type = headers.get(CONTENT_TYPE).ok_or_else(wrong)?;
    let request = Request::post("/").header(CONTENT_TYPE, content_type);
    let request = request.body(Body::from(body)).map_err(|_| wrong())?;
    let pairs = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    let Form(pairs) = pairs.map_err(|_| wrong())?;
    let mut parameters = HashMap::new();
    for (name, value) in pairs {
        if parameters.insert(name, value).is_some() {
            return Err(invalid("Send each parameter once"));
        }
    }
    Ok(parameters)
}

/// Id and secret of `Authorization: Basic`, both of which are form-encoded (RFC 6749 section
/// 2.3.1): some clients encode `-` and `_` as well, and some nothing at all.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, OAuthError> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let credentials = text
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let credentials = credentials.as_deref().and_then(|text| text.split_once(':'));
    match credentials {
        Some((client, secret)) => Ok(Some((form_decoded(client), form_decoded(secret)))),
        None => Err(invalid(
            "The Authorization header must be Basic with client_id and client_secret",
        )),
    }
}

fn form_decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    async fn read(body: &str, authorization: Option<&'static str>) -> Result<TokenRequest, String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        }
        let read = TokenRequest::read(&headers, Bytes::from(body.to_owned())).await;
        read.map_err(|error| error.code.to_owned())
    }

    #[tokio::test]
    async fn a_client_says_who_it_is_in_the_body_in_the_header_or_by_an_assertion() {
        const POST: &str =
            "grant_type=client_credentials&client_id=a&client_secret=b%26&scope=read+users";
        let request = read(POST, None).await.ok().unwrap();
        assert_eq!(request.scope.as_deref(), Some("read users"));
        assert!(matches!(
            request.presented,
            Presented::Secret { client, secret } if client == "a" && secret == "b&"
        ));
        // a:b
        let request = read("grant_type=client_credentials", Some("basic YTpi")).await;
        assert!(matches!(
            request.ok().unwrap().presented,
            Presented::Secret { client, secret } if client == "a" && secret == "b"
        ));
        // a%2Db:c%5F+%25, as clients encode it that take RFC 6749 section 2.3.1 at its word
        let encoded = Some("Basic YSUyRGI6YyU1RislMjU=");
        let request = read("grant_type=client_credentials", encoded).await;
        assert!(matches!(
            request.ok().unwrap().presented,
            Presented::Secret { client, secret } if client == "a-b" && secret == "c_ %"
        ));
        let body = format!(
            "grant_type=client_credentials&client_assertion_type={JWT_BEARER}&client_assertion=j"
        );
        assert!(matches!(
            read(&body, None).await.ok().unwrap().presented,
            Presented::Assertion { client: None, jwt } if jwt == "j"
        ));
    }

    #[tokio::test]
    async fn what_is_missing_doubled_or_ambiguous_is_refused() {
        const GRANT: &str = "grant_type=client_credentials";
        for (body, authorization, code) in [
            (String::new(), None, "invalid_request"),
            (
                "grant_type=password".to_owned(),
                None,
                "unsupported_grant_type",
            ),
            (GRANT.to_owned(), None, "invalid_client"),
            (format!("{GRANT}&client_id=a"), None, "invalid_client"),
            (format!("{GRANT}&{GRANT}"), None, "invalid_request"),
            (
                format!("{GRANT}&client_id=a&client_secret=b"),
                Some("Basic YTpi"),
                "invalid_request",
            ),
            (
                format!("{GRANT}&client_id=c"),
                Some("Basic YTpi"),
                "invalid_request",
            ),
            (GRANT.to_owned(), Some("Bearer YTpi"), "invalid_request"),
            (GRANT.to_owned(), Some("Basic !"), "invalid_request"),
            (
                format!("{GRANT}&client_assertion=j"),
                None,
                "invalid_request",
            ),
        ] {
            let refused = read(&body, authorization).await.err();
            assert_eq!(refused.as_deref(), Some(code), "{body} {authorization:?}");
        }
    }
}
