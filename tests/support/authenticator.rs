//! What people hold in their hands: an authenticator app, and one for passkeys. Written after the
//! standards and without the crates of the server, so that both can be wrong in different ways only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::{
    digest, hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

/// The person is there and was verified (`WebAuthn` section 6.1).
const PRESENT_AND_VERIFIED: u8 = 0b101;
/// The data has a credential.
const HAS_CREDENTIAL: u8 = 0b100_0000;

/// The code of an authenticator app for a key in base32 (RFC 6238, RFC 4226 section 5.3).
pub(crate) fn totp(key: &str, at: DateTime<Utc>) -> String {
    let step = u64::try_from(at.timestamp() / 30).expect("after 1970");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(key));
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 0xf);
    let four: [u8; 4] = tag[offset..offset + 4].try_into().expect("four bytes");
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn base32(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = text
        .chars()
        .map(|letter| format!("{:05b}", LETTERS.find(letter).expect("base32")))
        .collect();
    let whole = bits.as_bytes().chunks_exact(8);
    whole
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

/// An authenticator with one passkey.
pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    random: SystemRandom,
    id: Vec<u8>,
    owner: Option<String>,
    /// Uses so far.
    pub(crate) counter: u32,
    /// Whether it asks its person for a finger or a number.
    pub(crate) verifies: bool,
}

impl Authenticator {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).expect("a key");
        Self {
            id: sha256(key.public_key().as_ref())[..16].to_vec(),
            key,
            random,
            owner: None,
            counter: 0,
            verifies: true,
        }
    }

    /// What `navigator.credentials.create` gives for these options on a page of `origin`.
    pub(crate) fn create(&mut self, options: &Value, origin: &str) -> Value {
        self.owner = Some(text(&options["user"]["id"]));
        let client_data = client_data("webauthn.create", options, origin);
        let mut data = self.data(&text(&options["rp"]["id"]), HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // COSE_Key of a P-256 key (RFC 9053 section 7.1.1): an uncompressed point is 4, x, y.
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        let mut attestation = vec![0xa3, 0x63];
        attestation.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        attestation.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        attestation.extend(data);
        json!({
            "id": encoded(&self.id),
            "rawId": encoded(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(client_data.as_bytes()),
                "attestationObject": encoded(&attestation),
                "transports": ["internal"],
            },
        })
    }

    /// What `navigator.credentials.get` gives.
    pub(crate) fn get(&mut self, options: &Value, origin: &str) -> Value {
        self.counter += 1;
        let client_data = client_data("webauthn.get", options, origin);
        let data = self.data(&text(&options["rpId"]), 0);
        let signed = [data.as_slice(), &sha256(client_data.as_bytes())].concat();
        let signature = self.key.sign(&self.random, &signed).expect("a signature");
        json!({
            "id": encoded(&self.id),
            "rawId": encoded(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(client_data.as_bytes()),
                "authenticatorData": encoded(&data),
                "signature": encoded(signature.as_ref()),
                "userHandle": self.owner,
            },
        })
    }

    fn data(&self, relying_party: &str, more: u8) -> Vec<u8> {
        let flags = match self.verifies {
            true => PRESENT_AND_VERIFIED,
            false => 1,
        };
        let mut data = sha256(relying_party.as_bytes());
        data.push(flags | more);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

fn client_data(kind: &str, options: &Value, origin: &str) -> String {
    let challenge = text(&options["challenge"]);
    json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
        .to_string()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}
