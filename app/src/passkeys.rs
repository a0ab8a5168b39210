//! Passkeys of this browser: `navigator.credentials`, with options and answers in the form that
//! `WebAuthn` level 3 defines for JSON.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::{prelude::window, task::spawn_local};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::text;

/// What the browser is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ceremony {
    /// To make a passkey.
    Create,
    /// To use one.
    Get,
}

impl Ceremony {
    const fn method(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
        }
    }

    const fn parser(self) -> &'static str {
        match self {
            Self::Create => "parseCreationOptionsFromJSON",
            Self::Get => "parseRequestOptionsFromJSON",
        }
    }
}

/// Asks the browser, which asks the person; `then` gets the answer, or a sentence that says why there
/// is none.
pub(crate) fn ask(
    ceremony: Ceremony,
    options: &Value,
    then: impl FnOnce(Result<Value, &'static str>) + 'static,
) {
    let options = options.to_string();
    spawn_local(async move {
        then(match begin(ceremony, &options) {
            None => Err(text::account::NO_PASSKEYS),
            Some(promise) => match JsFuture::from(promise).await {
                Ok(credential) => answer(&credential).ok_or(text::account::NO_PASSKEYS),
                Err(error) => Err(why_not(&error)),
            },
        });
    });
}

/// Browsers do not tell whether the person said no, waited too long, or has none.
fn why_not(error: &JsValue) -> &'static str {
    let name = get(error, "name").and_then(|name| name.as_string());
    match name.as_deref() {
        Some("SecurityError") => text::account::NO_PASSKEYS_AT_NUMBERS,
        Some("InvalidStateError") => text::account::PASSKEY_KNOWN,
        _ => text::account::NO_PASSKEY_ANSWER,
    }
}

fn begin(ceremony: Ceremony, options: &str) -> Option<Promise> {
    let kind = get(&window(), "PublicKeyCredential")?;
    let options = JSON::parse(options).ok()?;
    let options = function(&kind, ceremony.parser())?
        .call1(&kind, &options)
        .ok()?;
    let wanted = Object::new();
    Reflect::set(&wanted, &"publicKey".into(), &options).ok()?;
    let credentials = get(&window().navigator(), "credentials")?;
    let promise = function(&credentials, ceremony.method())?
        .call1(&credentials, &wanted)
        .ok()?;
    promise.dyn_into().ok()
}

fn answer(credential: &JsValue) -> Option<Value> {
    let json = function(credential, "toJSON")?.call0(credential).ok()?;
    let text = JSON::stringify(&json).ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn function(object: &JsValue, name: &str) -> Option<Function> {
    get(object, name)?.dyn_into().ok()
}
