//! Passwords in a Bulk: hashed before the unit of work that its operations share, because a hundred
//! hashes take longer than a unit may.

use scim_schema::{
    bulk::{BulkCall, BulkMethod, BulkOperation},
    dialect::Notes,
    patch::{parse_patch, patched_password},
    resource::sent_password,
    schema::ResourceKind,
};

use crate::{
    http::scim::{desk::Passwords, exchange::Exchange},
    ops::{
        provisioner::Provisioner,
        users::{HashedPassword, takes_passwords},
    },
};

/// The passwords of operations. One after the other: those who sign in meanwhile have the other
/// places of the pool. One that cannot be hashed is left out, and its operation is refused.
pub(super) async fn hashed(
    exchange: &Exchange,
    operations: &[(usize, BulkOperation)],
) -> Passwords {
    let mut passwords = Passwords::new();
    if !takes_passwords(&exchange.by) {
        return passwords;
    }
    for (index, operation) in operations {
        let call = operation.call.as_ref().ok();
        let Some(sent) = call.and_then(|call| sent(&exchange.by, call)) else {
            continue;
        };
        if let Ok(password) = HashedPassword::of(&exchange.state.provisioned_passwords, &sent).await
        {
            passwords.insert(*index, password);
        }
    }
    passwords
}

/// The password that an operation sets.
fn sent(by: &Provisioner, call: &BulkCall) -> Option<String> {
    if call.target.kind != ResourceKind::User {
        return None;
    }
    let users = by.dialect.resource_type(ResourceKind::User);
    match call.method {
        BulkMethod::Post | BulkMethod::Put => sent_password(users, &call.data).map(str::to_owned),
        BulkMethod::Patch => {
            let (data, mut notes) = (call.data.clone(), Notes::new());
            let operations = parse_patch(users, data, &by.dialect, &mut notes).ok()?;
            patched_password(users, &operations, &by.dialect).map(str::to_owned)
        }
        BulkMethod::Delete => None,
    }
}
