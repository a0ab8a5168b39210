//! Public keys of OAuth clients (RFC 7517) and what is signed with them (RFC 7515).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Algorithms that a signature may have (RFC 7518 section 3.1): public keys only.
pub const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "ES384"];

/// Keys of one client: enough to exchange them, few enough to try.
const KEYS_AT_MOST: usize = 10;
/// Members that only a private or a shared key has (RFC 7518 section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Shortest and longest modulus of an RSA key, in bytes (RFC 7518 section 3.3).
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
/// Longest assertion that is looked at.
const ASSERTION_MAX: usize = 8 * 1024;

/// The public keys of a client, as they are stored: no member but those that are needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    keys: Vec<PublicKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PublicKey {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    #[serde(flatten)]
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
enum Material {
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    #[serde(rename = "EC")]
    Ec { crv: Curve, x: String, y: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Curve {
    #[serde(rename = "P-256")]
    P256,
    #[serde(rename = "P-384")]
    P384,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

impl PublicKeys {
    /// Reads what an administrator pastes: one public JWK, or a set of them.
    ///
    /// # Errors
    /// A sentence that says what to paste instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Map<String, Value> = serde_json::from_str(text)
            .map_err(|_| "Paste a public key as JSON: a JWK, or a JWK Set.".to_owned())?;
        let keys = match value.get("keys") {
            Some(Value::Array(keys)) => keys.clone(),
            Some(_) => return Err("keys must be an array of JWKs.".to_owned()),
            None => vec![Value::Object(value)],
        };
        if keys.is_empty() || keys.len() > KEYS_AT_MOST {
            return Err(format!("Paste one to {KEYS_AT_MOST} keys."));
        }
        let keys: Result<Vec<_>, _> = keys.into_iter().map(PublicKey::parse).collect();
        Ok(Self { keys: keys? })
    }

    /// The names of the keys, for people to tell them apart; the kinds of those without one.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.keys.iter().map(PublicKey::name).collect();
        names.join(", ")
    }

    /// The payload of a compact JWS that one of the keys has signed.
    #[must_use]
    pub fn verified(&self, jws: &str) -> Option<Vec<u8>> {
        let (signed, signature) = jws.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        if jws.len() > ASSERTION_MAX || payload.contains('.') {
            return None;
        }
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        // Extensions that must be understood are not (RFC 7515 section 4.1.11).
        if header.crit.is_some() {
            return None;
        }
        let signature = decode(signature)?;
        self.keys
            .iter()
            .filter(|key| key.is_named(header.kid.as_deref()))
            .any(|key| key.has_signed(&header.alg, signed.as_bytes(), &signature))
            .then(|| decode(payload))?
    }
}

/// The payload of a compact JWS, before anything is known about its signature.
#[must_use]
pub fn unverified(jws: &str) -> Option<Vec<u8>> {
    if jws.len() > ASSERTION_MAX {
        return None;
    }
    decode(jws.split('.').nth(1)?)
}

impl PublicKey {
    fn parse(value: Value) -> Result<Self, String> {
        if PRIVATE.iter().any(|name| value.get(*name).is_some()) {
            return Err(
                "This key has a private part, which must not leave its owner: paste the public key, and replace the one that was pasted here."
                    .to_owned(),
            );
        }
        let key: Self = serde_json::from_value(value).map_err(|_| {
            "A key must be an RSA key, or an EC key on P-256 or P-384, with all its members."
                .to_owned()
        })?;
        if key.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err("A key's use must be sig.".to_owned());
        }
        let knows = |alg: &str| ALGORITHMS.contains(&alg);
        if key.alg.as_deref().is_some_and(|alg| !knows(alg)) {
            return Err(format!(
                "A key's alg must be one of {}.",
                ALGORITHMS.join(", ")
            ));
        }
        key.material.check()?;
        Ok(key)
    }

    fn name(&self) -> &str {
        self.kid.as_deref().unwrap_or(match self.material {
            Material::Rsa { .. } => "RSA",
            Material::Ec { .. } => "EC",
        })
    }

    fn is_named(&self, kid: Option<&str>) -> bool {
        match (&self.kid, kid) {
            (Some(own), Some(kid)) => own == kid,
            _ => true,
        }
    }

    /// The algorithm of the header counts only as far as it fits the key.
    fn has_signed(&self, alg: &str, message: &[u8], signature: &[u8]) -> bool {
        if self.alg.as_deref().is_some_and(|own| own != alg) {
            return false;
        }
        let ec = |algorithm: &'static dyn VerificationAlgorithm, x: &str, y: &str| {
            let Some((x, y)) = decode(x).zip(decode(y)) else {
                return false;
            };
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            let key = UnparsedPublicKey::new(algorithm, point);
            key.verify(message, signature).is_ok()
        };
        let rsa = |parameters: &'static RsaParameters, n: &str, e: &str| {
            let Some((n, e)) = modulus(n).zip(decode(e)) else {
                return false;
            };
            let key = RsaPublicKeyComponents { n, e };
            key.verify(parameters, message, signature).is_ok()
        };
        match (&self.material, alg) {
            (Material::Rsa { n, e }, "RS256") => rsa(&RSA_PKCS1_2048_8192_SHA256, n, e),
            (Material::Rsa { n, e }, "PS256") => rsa(&RSA_PSS_2048_8192_SHA256, n, e),
            (
                Material::Ec {
                    crv: Curve::P256,
                    x,
                    y,
                },
                "ES256",
            ) => ec(&ECDSA_P256_SHA256_FIXED, x, y),
            (
                Material::Ec {
                    crv: Curve::P384,
                    x,
                    y,
                },
                "ES384",
            ) => ec(&ECDSA_P384_SHA384_FIXED, x, y),
            _ => false,
        }
    }
}

impl Material {
    fn check(&self) -> Result<(), String> {
        let is_long = |text: &String, length| decode(text).is_some_and(|it| it.len() == length);
        match self {
            Self::Rsa { n, e } => {
                let long = modulus(n).is_some_and(|n| MODULUS.contains(&n.len()));
                (long && decode(e).is_some())
                    .then_some(())
                    .ok_or_else(|| "An RSA key must have 2048 to 8192 bits.".to_owned())
            }
            Self::Ec { crv, x, y } => {
                let length = match crv {
                    Curve::P256 => 32,
                    Curve::P384 => 48,
                };
                (is_long(x, length) && is_long(y, length))
                    .then_some(())
                    .ok_or_else(|| "The x and y of an EC key do not fit its curve.".to_owned())
            }
        }
    }
}

/// The modulus without the zeros that some libraries put before it.
fn modulus(text: &str) -> Option<Vec<u8>> {
    let bytes = decode(text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Some(bytes.get(zeros..)?.to_vec())
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 appendix A.3: an ES256 key with its signature.
    const KEY: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const JWS: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    /// RFC 7515 appendix A.2: an RS256 key with its signature.
    const RSA_KEY: &str = r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;
    const RSA_JWS: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    #[test]
    fn the_signatures_of_the_rfc_hold_and_say_what_was_signed() {
        for (key, jws) in [(KEY, JWS), (RSA_KEY, RSA_JWS)] {
            let keys = PublicKeys::parse(key).unwrap();
            let payload = String::from_utf8(keys.verified(jws).unwrap()).unwrap();
            assert!(payload.contains(r#""iss":"joe""#));
            let set = format!(r#"{{"keys":[{key}]}}"#);
            assert_eq!(PublicKeys::parse(&set), Ok(keys));
        }
    }

    #[test]
    fn another_payload_key_or_algorithm_breaks_the_signature() {
        let keys = PublicKeys::parse(KEY).unwrap();
        let [header, payload, signature] = JWS.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts");
        };
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let critical = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","crit":["x"]}"#);
        for forged in [
            format!("{header}.{}.{signature}", payload.replacen('e', "f", 1)),
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{critical}.{payload}.{signature}"),
            format!("{header}.{payload}"),
            format!("{header}.{payload}.{signature}.{signature}"),
        ] {
            assert_eq!(keys.verified(&forged), None, "{forged}");
        }
        let other = PublicKeys::parse(RSA_KEY).unwrap();
        assert_eq!(other.verified(JWS), None);
    }

    #[test]
    fn a_private_key_is_refused_and_not_kept() {
        let private = KEY.replacen('{', r#"{"d":"jpsQnnGQmL","#, 1);
        assert!(
            PublicKeys::parse(&private)
                .unwrap_err()
                .contains("private part")
        );
        let shared = r#"{"kty":"oct","k":"c2VjcmV0"}"#;
        assert!(
            PublicKeys::parse(shared)
                .unwrap_err()
                .contains("private part")
        );
    }

    #[test]
    fn what_is_no_usable_key_is_refused_with_a_sentence() {
        for (text, part) in [
            ("-----BEGIN PUBLIC KEY-----", "JWK"),
            ("[]", "JWK"),
            (r#"{"keys":{}}"#, "array"),
            (r#"{"keys":[]}"#, "one to 10"),
            (r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#, "P-256"),
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "2048"),
            (r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, "curve"),
        ] {
            let error = PublicKeys::parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        let encrypts = KEY.replacen('{', r#"{"use":"enc","#, 1);
        assert!(PublicKeys::parse(&encrypts).unwrap_err().contains("use"));
        let named = KEY.replacen('{', r#"{"kid":"k1","x5c":["AA"],"#, 1);
        let stored = serde_json::to_string(&PublicKeys::parse(&named).unwrap()).unwrap();
        assert!(stored.contains("k1") && !stored.contains("x5c"), "{stored}");
    }
}
