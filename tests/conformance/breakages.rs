//! One fault for each check: what the service does wrong, and in which words the check says so.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};
use scim_schema::dialect::ConnectionKind::{
    self, Entra, Generic, InteropStrict as Strict, OneLogin,
};
use serde_json::{Value, json};

use self::Fault::{Body as Says, Lacks, Status, Swallows};

/// What a broken service does.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    /// It answers with another status.
    Status(u16),
    /// It leaves a header out.
    Lacks(&'static str),
    /// Something else is in its answer.
    Body(fn(&mut Value)),
    /// It does nothing and answers with this status.
    Swallows(u16),
}

/// A fault of some requests, and the check that finds it.
#[derive(Clone, Copy)]
pub(super) struct Breakage {
    pub(super) check: &'static str,
    pub(super) kind: ConnectionKind,
    method: &'static str,
    /// The path begins so, or ends so after a `*`.
    path: &'static str,
    /// Only answers of this status are spoilt; those of any for 0.
    answered: u16,
    pub(super) fault: Fault,
    /// Part of the reason that the check gives.
    pub(super) reason: &'static str,
}

impl Breakage {
    pub(super) fn strikes(&self, method: &Method, path: &str) -> bool {
        let found = match self.path.strip_prefix('*') {
            Some(part) => path.contains(part),
            None => path.starts_with(self.path),
        };
        found && method.as_str() == self.method
    }

    /// The answer that the broken service gives.
    pub(super) async fn spoil(&self, mut answer: Response) -> Response {
        if self.answered != 0 && answer.status().as_u16() != self.answered {
            return answer;
        }
        match self.fault {
            Fault::Status(status) | Fault::Swallows(status) => {
                *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
                answer
            }
            Fault::Lacks(name) => {
                answer.headers_mut().remove(name).expect("the header");
                answer
            }
            Fault::Body(change) => {
                let (mut parts, body) = answer.into_parts();
                let body = to_bytes(body, usize::MAX).await.expect("a whole body");
                let mut json = serde_json::from_slice(&body).unwrap_or(Value::Null);
                change(&mut json);
                let media_type = HeaderValue::from_static("application/scim+json");
                parts.headers.insert(header::CONTENT_TYPE, media_type);
                parts.headers.remove(header::CONTENT_LENGTH);
                Response::from_parts(parts, Body::from(json.to_string()))
            }
        }
    }
}

/// Every breakage.
pub(super) fn all() -> impl Iterator<Item = Breakage> {
    let tables = [
        DISCOVERY, USERS, GROUPS, FILTERS, PATCH, LISTS, REST, DIALECTS,
    ];
    tables.into_iter().flatten().copied()
}

/// A table of breakages: check, kind of the connection, method and path of the requests that are
/// struck, status of the answers that are spoilt, fault, reason.
macro_rules! breakages {
    ($($check:literal: $kind:ident $method:ident $path:literal $answered:literal, $fault:expr => $reason:literal;)*) => {
        &[$(Breakage {
            check: $check,
            kind: $kind,
            method: stringify!($method),
            path: $path,
            answered: $answered,
            fault: $fault,
            reason: $reason,
        },)*]
    };
}

fn finds_nobody(list: &mut Value) {
    list["totalResults"] = json!(0);
    list["Resources"] = json!([]);
}

fn finds_somebody(list: &mut Value) {
    list["totalResults"] = json!(1);
    list["Resources"] = json!([{ "id": "somebody" }]);
}

fn member_lost(group: &mut Value) {
    group["members"] = json!([]);
}

fn without(name: &'static str, value: &mut Value) {
    value.as_object_mut().expect("an object").remove(name);
}

const DISCOVERY: &[Breakage] = breakages! {
    "discovery.provider_config": Generic GET "/ServiceProviderConfig" 200,
        Says(|said| said["patch"]["supported"] = json!(false)) => "patch.supported is false";
    "discovery.resource_types": Generic GET "/ResourceTypes" 200,
        Says(|said| said["Resources"][1]["endpoint"] = json!("/Teams")) => "no Group at /Groups";
    "discovery.one_resource_type": Generic GET "/ResourceTypes/Group" 200,
        Status(404) => "404 and not 200";
    "discovery.schemas": Generic GET "/Schemas" 200,
        Says(|said| said["Resources"][0]["attributes"] = json!([])) => "not listed with attributes";
    "discovery.one_schema": Generic GET "/Schemas/" 200,
        Says(|said| said["attributes"] = json!([{ "name": "userName" }])) => "required and unique";
    "discovery.read_only": Generic POST "/Schemas" 405, Lacks("allow") => "no header allow";
    "discovery.filter": Generic GET "/ResourceTypes?" 403, Status(200) => "200 and not 403";
    "discovery.media_type": Generic GET "/nowhere" 404,
        Lacks("content-type") => "no header content-type";
};

const USERS: &[Breakage] = breakages! {
    "users.create": Generic POST "/Users" 201, Lacks("location") => "no header location";
    "users.read": Generic GET "/Users/" 200,
        Says(|user| user["phoneNumbers"][0]["value"] = json!("+15555550100")) => "phoneNumbers is";
    "users.unknown": Generic GET "/Users/" 404, Status(410) => "410 and not 404";
    "users.duplicate": Generic POST "/Users" 409, Status(201) => "201 and not 409";
    "users.required": Generic POST "/Users" 400,
        Says(|error| error["scimType"] = json!("invalidSyntax")) => "scimType is \"invalidSyntax\"";
    "users.read_only": Generic POST "/Users" 201, Status(400) => "400 and not 201";
    "users.names_in_any_case": Generic POST "/Users" 201,
        Says(|user| without("emails", user)) => "The values of emails are []";
    "users.enterprise": Generic POST "/Users" 201,
        Says(|user| user["schemas"] = json!([])) => "schemas does not name";
    "users.password": Generic GET "/Users/" 200,
        Says(|user| user["password"] = json!("tuna")) => "password is there";
    "users.attributes": Generic GET "/Users/" 200,
        Says(|user| user["title"] = json!("Countess")) => "title is there";
    "users.excluded": Generic GET "/Users/" 200, Says(|user| without("id", user)) => "no id";
    "users.replace": Generic PUT "/Users/" 200,
        Says(|user| user["title"] = json!("Countess")) => "title is there";
    "users.replace_unknown": Generic PUT "/Users/" 404, Status(201) => "201 and not 404";
    "users.replace_keeps_active": Generic PUT "/Users/" 200,
        Says(|user| user["active"] = json!(true)) => "active is true";
    "users.disable": Generic GET "/Users/" 200, Status(404) => "404 and not 200";
    "users.delete": Generic GET "/Users?" 200, Says(finds_somebody) => "totalResults is 1";
    "users.name_is_free_again": Generic DELETE "/Users/" 0, Swallows(204) => "409 and not 201";
};

const GROUPS: &[Breakage] = breakages! {
    "groups.create": Generic GET "/Groups/" 200, Says(member_lost) => "members are []";
    "groups.duplicate": Generic POST "/Groups" 409, Status(201) => "201 and not 409";
    "groups.rename": Generic GET "/Groups/" 200, Says(member_lost) => "members are []";
    "groups.patch_answer": Generic PATCH "/Groups/" 204, Status(200) => "200 and not 204";
    "groups.patch_attributes": Generic PATCH "/Groups/" 200, Status(204) => "204 and not 200";
    "groups.excluded_members": Generic GET "/Groups/" 200,
        Says(|group| group["members"] = json!([{ "value": "a" }])) => "members is there";
    "groups.nested": Generic POST "/Groups" 201,
        Says(|group| if !group["members"].is_null() { group["members"][0]["type"] = json!("User") })
            => "members.0.type is \"User\"";
    "groups.delete": Generic GET "/Users/" 200, Status(404) => "404 and not 200";
    "groups.add_member": Generic GET "/Groups/" 200, Says(member_lost) => "members are []";
    "groups.add_again": Generic PATCH "/Groups/" 204, Status(500) => "500 and not 200 or 204";
    "groups.remove_member": Generic GET "/Groups/" 200, Says(member_lost) => "members are []";
    "groups.replace_members": Generic PATCH "/Groups/" 0,
        Swallows(204) => "The values of members are";
    "groups.of_user": Generic GET "/Users/" 200,
        Says(|user| without("groups", user)) => "The values of groups are []";
    "groups.deleted_user": Generic DELETE "/Users/" 0, Swallows(204) => "The values of members are";
};

const FILTERS: &[Breakage] = breakages! {
    "filters.user_name": Generic GET "/Users?" 200, Says(finds_nobody) => "totalResults is 0";
    "filters.nobody": Generic GET "/Users?" 200, Status(404) => "404 and not 200";
    "filters.external_id": Generic GET "*EXTERNAL" 200, Says(finds_somebody) => "totalResults is 1";
    "filters.operators": Generic GET "*title%20pr" 200, Says(finds_nobody) => "totalResults is 0";
    "filters.logic": Generic GET "*not%20" 200, Says(finds_nobody) => "totalResults is 0";
    "filters.value_path": Generic GET "*home." 200, Says(finds_somebody) => "totalResults is 1";
    "filters.urn": Generic GET "/Users?" 200, Status(400) => "400 and not 200";
    "filters.dates": Generic GET "*created%20lt" 200, Says(finds_somebody) => "totalResults is 1";
    "filters.members": Generic GET "/Groups?" 200, Says(finds_nobody) => "totalResults is 0";
    "filters.any_case": Generic GET "/Users?" 200, Status(400) => "400 and not 200";
    "filters.spelling": Generic GET "/Users?" 200, Says(finds_nobody) => "totalResults is 0";
    "filters.malformed": Generic GET "*like" 400, Status(200) => "200 and not 400";
    "filters.search": Generic POST "/Users/.search" 200,
        Says(|list| list["Resources"][0]["title"] = json!("Countess"))
            => "Resources.0.title is there";
};

const PATCH: &[Breakage] = breakages! {
    "patch.answer": Generic PATCH "/Users/" 200, Status(204) => "204 and not 200";
    "patch.any_case": Generic PATCH "/Users/" 200, Status(400) => "400 and not 200";
    "patch.all_or_nothing": Generic GET "/Users/" 200,
        Says(|user| user["title"] = json!("Countess")) => "title is \"Countess\"";
    "patch.unchanged": Generic GET "/Users/" 200,
        Says(|user| user["meta"]["version"] = json!("W/\"9\"")) => "meta is";
    "patch.no_target": Generic PATCH "/Users/" 400, Status(200) => "200 and not 400";
    "patch.invalid_path": Generic PATCH "/Users/" 400,
        Says(|error| error["scimType"] = json!("noTarget")) => "scimType is \"noTarget\"";
    "patch.read_only": Generic PATCH "/Users/" 400,
        Says(|error| without("scimType", error)) => "no scimType";
    "patch.required": Generic PATCH "/Users/" 400, Status(200) => "200 and not 400";
    "patch.add_value": Generic GET "/Users/" 200,
        Says(|user| user["emails"] = json!([{ "value": "ada@other.example" }]))
            => "The values of emails are";
    "patch.sub_attribute": Generic GET "/Users/" 200,
        Says(|user| without("givenName", &mut user["name"])) => "no name.givenName";
    "patch.value_path": Generic PATCH "/Users/" 0, Swallows(200) => "The values of emails are";
    "patch.remove": Generic PATCH "/Users/" 0, Swallows(204) => "title is there";
    "patch.remove_value": Generic GET "/Users/" 200,
        Says(|user| without("emails", user)) => "The values of emails are []";
    "patch.primary": Generic GET "/Users/" 200,
        Says(|user| user["emails"][0]["primary"] = json!(true)) => "The primary addresses are";
    "patch.urn_path": Generic PATCH "/Users/" 0, Swallows(204) => "department is null";
};

const LISTS: &[Breakage] = breakages! {
    "paging.index": Generic GET "*startIndex=2" 200,
        Says(|list| list["Resources"][0]["id"] = json!("somebody")) => "once each";
    "paging.bounds": Generic GET "*count=0" 200,
        Says(|list| list["Resources"] = json!([{ "id": "a" }])) => "shows 1 users and not 0";
    "paging.cursor": Generic GET "*count=2" 200,
        Says(|list| without("nextCursor", list)) => "no nextCursor";
    "paging.bad_cursor": Generic GET "*nonsense" 400,
        Says(|error| error["scimType"] = json!("invalidValue")) => "scimType is \"invalidValue\"";
    "paging.sort": Generic GET "*descending" 200,
        Says(|list| list["Resources"].as_array_mut().expect("a list").reverse()) => "in this order";
    "bulk.references": Generic GET "/Groups/" 200, Says(member_lost) => "members are []";
    "bulk.each_result": Generic POST "/Bulk" 200,
        Says(|said| without("bulkId", &mut said["Operations"][1])) => "no Operations.1.bulkId";
    "bulk.fail_on_errors": Generic GET "/Users?" 200, Says(finds_somebody) => "totalResults";
    "bulk.limit": Generic POST "/Bulk" 413,
        Says(|error| error["detail"] = json!("Too much")) => "The limit is not named";
};

const REST: &[Breakage] = breakages! {
    "versions.etag": Generic GET "/Users/" 200, Lacks("etag") => "no header etag";
    "versions.not_modified": Generic GET "/Users/" 304, Status(200) => "200 and not 304";
    "versions.outdated": Generic PATCH "/Users/" 412, Status(200) => "200 and not 412";
    "errors.broken_json": Generic POST "/Users" 400,
        Says(|error| error["status"] = json!(400)) => "status is 400 and not \"400\"";
    "errors.wrong_type": Generic POST "/Users" 400,
        Says(|error| error["detail"] = json!("Bad request")) => "The attribute is not named";
    "errors.patch_schema": Generic PATCH "/Users/" 400, Status(200) => "200 and not 400";
    "errors.no_endpoint": Generic GET "/People" 404,
        Says(|error| *error = json!("<html>")) => "no schemas";
    "errors.method": Generic DELETE "/Users" 405, Status(404) => "404 and not 405";
};

const DIALECTS: &[Breakage] = breakages! {
    "dialect.pathless_patch": Generic PATCH "/Users/" 0, Swallows(204) => "active is true";
    "dialect.pathless_patch_refused": Strict PATCH "/Users/" 400, Status(200) => "200 and not 400";
    "dialect.boolean_text": Entra GET "/Users/" 200,
        Says(|user| user["active"] = json!("False")) => "active is \"False\"";
    "dialect.boolean_text_refused": Generic PATCH "/Users/" 400, Status(200) => "200 and not 400";
    "dialect.manager_text": Entra PATCH "/Users/" 0, Swallows(200) => "manager is null";
    "dialect.missing_element": Entra PATCH "/Users/" 0, Swallows(200) => "no emails.0.value";
    "dialect.missing_element_refused": Generic PATCH "/Users/" 400,
        Status(200) => "200 and not 400";
    "dialect.remove_by_value": Entra GET "/Groups/" 200, Says(member_lost) => "members are []";
    "dialect.remove_by_value_refused": Generic GET "/Groups/" 200,
        Says(member_lost) => "members are []";
    "dialect.unknown_member": Entra PATCH "/Groups/" 204, Status(400) => "400 and not 200";
    "dialect.unknown_member_refused": Generic PATCH "/Groups/" 400,
        Status(204) => "204 and not 400";
    "dialect.filter_beyond": Entra GET "/Users?" 200, Status(400) => "400 and not 200";
    "dialect.dotted_keys": Entra PATCH "/Users/" 0, Swallows(200) => "no name.givenName";
    "dialect.scim1_urns": OneLogin POST "/Users" 201,
        Says(|user| user["schemas"] = json!(["urn:scim:schemas:core:2.0"])) => "schemas is";
    "dialect.undeclared_schema": Entra POST "/Users" 201, Status(400) => "400 and not 201";
    "dialect.undeclared_schema_refused": Generic POST "/Users" 400,
        Says(|error| error["detail"] = json!("Bad request")) => "The schema is not named";
    "dialect.unknown_attribute": Generic POST "/Users" 201,
        Says(|user| user["shoeSize"] = json!(42)) => "shoeSize is there";
    "dialect.unknown_attribute_refused": Strict POST "/Users" 400, Status(201) => "201 and not 400";
};
