//! Where people belong and what they do, as filters of the users table.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};

use super::query::{RoleFilter, UserList};
use crate::db::{
    administrators::{administers, has_role},
    entity::{account_role as role, membership, user},
    organisations::belongs_to,
};

/// That a user belongs where the list asks, and has the role there that it asks for; `None` when it
/// asks for neither. Whoever asks learns of memberships that are `reached` only.
pub(super) fn filter(list: &UserList, reached: Option<Expr>) -> Option<Expr> {
    let here = list.organisation.map(|organisation| {
        Expr::col((membership::Entity, membership::Column::OrganisationId)).eq(organisation.0)
    });
    let there = match list.role {
        None => None,
        Some(RoleFilter::Account(wanted)) => {
            let holds = holds(wanted.as_str());
            let belongs =
                here.map(|here| belongs_to(Condition::all().add(here).add_option(reached)));
            return Some(belongs.into_iter().fold(holds, Expr::and));
        }
        Some(RoleFilter::OrganisationAdministrator) => Some(administers()),
        Some(RoleFilter::Functional(wanted)) => {
            let word = wanted.as_str();
            let by_hand = has_role(membership::Column::Roles, word);
            Some(by_hand.or(has_role(membership::Column::RuleRoles, word)))
        }
    };
    let membership = Condition::all().add_option(here).add_option(there);
    (!membership.is_empty()).then(|| belongs_to(membership.add_option(reached)))
}

/// That the user of a row has an account-wide role.
fn holds(word: &str) -> Expr {
    let column = |column| Expr::col((role::Entity, column));
    let granted = Query::select()
        .expr(Expr::val(1))
        .from(role::Entity)
        .and_where(column(role::Column::AccountId).equals((user::Entity, user::Column::AccountId)))
        .and_where(column(role::Column::UserId).equals((user::Entity, user::Column::Id)))
        .and_where(column(role::Column::Role).eq(word))
        .and_where(column(role::Column::ParkedAt).is_null())
        .to_owned();
    Expr::exists(granted)
}
