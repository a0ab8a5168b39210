//! One file per table: columns and nothing else.

#![expect(
    unreachable_pub,
    reason = "the entity macro wants public items; the columns are documented by domain.md section 2"
)]

pub(crate) mod account;
pub(crate) mod account_role;
pub(crate) mod alert;
pub(crate) mod approval;
pub(crate) mod assigned_password;
pub(crate) mod attribute_definition;
pub(crate) mod audit_anchor;
pub(crate) mod audit_chain;
pub(crate) mod audit_detail;
pub(crate) mod audit_event;
pub(crate) mod audit_link;
pub(crate) mod challenge;
pub(crate) mod change;
pub(crate) mod conflict;
pub(crate) mod conformance_run;
pub(crate) mod connection_attribute;
pub(crate) mod deletion;
pub(crate) mod group;
pub(crate) mod group_member;
pub(crate) mod group_subgroup;
pub(crate) mod hold;
pub(crate) mod idp_connection;
pub(crate) mod job;
pub(crate) mod known_device;
pub(crate) mod mail;
pub(crate) mod mapping_organisation;
pub(crate) mod mapping_run;
pub(crate) mod membership;
pub(crate) mod oauth_assertion;
pub(crate) mod oauth_client;
pub(crate) mod one_time_link;
pub(crate) mod organisation;
pub(crate) mod password_history;
pub(crate) mod policy;
pub(crate) mod recovery_code;
pub(crate) mod resource_total;
pub(crate) mod scim_link;
pub(crate) mod scim_request_log;
pub(crate) mod scim_request_user;
pub(crate) mod scim_token;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod shadow_member;
pub(crate) mod shadow_object;
pub(crate) mod shadow_run;
pub(crate) mod user;
pub(crate) mod user_attribute_value;
pub(crate) mod verified_domain;
