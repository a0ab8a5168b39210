//! The token endpoint: OAuth clients that sign (RFC 7523).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::oauth::{Registered, assert_refused};
use crate::support::TestApp;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A private key as a client holds it.
struct Signer(EcdsaKeyPair, SystemRandom);

impl Signer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Self(pair, random)
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let text = |bytes| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "x": text(x), "y": text(y) })
    }

    fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = self.0.sign(&self.1, signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

async fn registered(signer: &Signer) -> Registered {
    let jwks = json!({ "keys": [signer.jwk()] }).to_string();
    Registered::new(json!({ "method": "private_key_jwt", "jwks": jwks })).await
}

fn claims(it: &Registered, jti: &str) -> Value {
    let now = it.app.app.state.clock.now();
    json!({
        "iss": it.id,
        "sub": it.id,
        "aud": "https://people.example.org/oauth/token",
        "exp": (now + TimeDelta::minutes(5)).timestamp(),
        "jti": jti,
    })
}

fn parameters(jwt: &str) -> String {
    format!("client_assertion_type={TYPE}&client_assertion={jwt}")
}

#[tokio::test]
async fn a_signed_assertion_works_once() {
    let signer = Signer::new();
    let it = registered(&signer).await;
    assert_eq!(it.secret, None);
    let jwt = signer.sign(&claims(&it, "1"));
    let granted = it.ask(&parameters(&jwt)).await.expect(200);
    it.bearing(&granted).get("/Users").await.expect(200);
    let before = it.app.footprint().await;
    let replayed = it.ask(&parameters(&jwt)).await;
    assert_refused(&replayed, 401, "invalid_client");
    assert!(replayed.text.contains("jti"), "{}", replayed.text);
    TestApp::assert_unchanged(&before, &it.app.footprint().await, &replayed);
    let next = signer.sign(&claims(&it, "2"));
    let named = format!("{}&client_id={}", parameters(&next), it.id);
    it.ask(&named).await.expect(200);
    it.app.finish().await;
}

#[tokio::test]
async fn of_two_that_use_an_assertion_at_the_same_time_one_is_given_a_token() {
    let signer = Signer::new();
    let it = registered(&signer).await;
    let body = parameters(&signer.sign(&claims(&it, "1")));
    let asked = futures_util::future::join_all((0..8).map(|_| it.ask(&body))).await;
    let granted = asked.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(granted, 1);
    for answer in asked.iter().filter(|answer| answer.status != 200) {
        assert_refused(answer, 401, "invalid_client");
    }
    it.app.finish().await;
}

#[tokio::test]
async fn used_assertions_are_forgotten_once_they_have_expired() {
    let signer = Signer::new();
    let it = registered(&signer).await;
    for jti in ["1", "2"] {
        let jwt = signer.sign(&claims(&it, jti));
        it.ask(&parameters(&jwt)).await.expect(200);
    }
    let count = "SELECT COUNT(*) FROM oauth_assertions";
    assert_eq!(it.app.number(count).await, 2);
    it.app.clock.advance(TimeDelta::minutes(7));
    let jwt = signer.sign(&claims(&it, "1"));
    it.ask(&parameters(&jwt)).await.expect(200);
    assert_eq!(it.app.number(count).await, 1);
    it.app.finish().await;
}

#[tokio::test]
async fn an_assertion_that_is_not_the_clients_own_for_this_server_now_is_refused() {
    let signer = Signer::new();
    let it = registered(&signer).await;
    let right = claims(&it, "1");
    let changed = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        signer.sign(&claims)
    };
    let now = it.app.app.state.clock.now().timestamp();
    let stranger = Signer::new().sign(&right);
    for jwt in [
        stranger,
        changed("aud", json!("https://elsewhere.example.org")),
        changed("iss", json!(it.scim.connection)),
        changed("sub", json!(it.scim.connection)),
        changed("exp", json!(now - 61)),
        changed("exp", json!(now + 7_200)),
        changed("nbf", json!(now + 120)),
        changed("jti", Value::Null),
        "a.b.c".to_owned(),
        String::from("x"),
    ] {
        let answer = it.ask(&parameters(&jwt)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    let jwt = signer.sign(&right);
    let other = format!("{}&client_id={}", parameters(&jwt), it.scim.connection);
    assert_refused(&it.ask(&other).await, 401, "invalid_client");
    let untyped = format!("client_assertion={jwt}");
    assert_refused(&it.ask(&untyped).await, 400, "invalid_request");
    it.ask(&parameters(&jwt)).await.expect(200);
    it.app.finish().await;
}
