//! Settings that are one of a few words, each listed from the freest to the strictest.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::setting::Setting;
use crate::lifecycle::word_enum;

/// A setting that is one of a few words.
pub trait Choice: Copy + FromStr + 'static {
    /// Which setting.
    const SETTING: Setting;
    /// What holds where nobody chose.
    const DEFAULT: Self;
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident, default $default:ident, {
        $($(#[$vdoc:meta])* $variant:ident = $word:literal,)*
    }) => {
        word_enum! {
            $(#[$doc])*
            $name { $($(#[$vdoc])* $variant = $word,)* }
        }

        impl $name {
            /// The words, from the freest to the strictest.
            pub(super) const WORDS: &'static [&'static str] = &[$($word,)*];
        }

        impl Choice for $name {
            const SETTING: Setting = Setting::$name;
            const DEFAULT: Self = Self::$default;
        }
    };
}

choice! {
    /// What becomes of somebody who is deleted.
    RemovalMode, default PurgeAfterGrace, {
        /// Erased by the next job, after the minutes in which it can be undone.
        PurgeNow = "purge_now",
        /// Erased after the days of grace.
        PurgeAfterGrace = "purge_after_grace",
        /// After the days of grace only a nameless row is left, which records still refer to.
        Tombstone = "tombstone",
        /// Nobody is deleted: they are archived or banned.
        NeverDelete = "never_delete",
    }
}

choice! {
    /// What happens to licences of somebody who is removed.
    RemovalPrecondition, default Block, {
        /// They are taken away with the person.
        AutoRevoke = "auto_revoke",
        /// They have to be taken away first.
        Block = "block",
    }
}

choice! {
    /// Whose e-mail address has to be in a verified domain.
    DomainRule, default LicencesOnly, {
        /// Nobody's.
        Off = "off",
        /// That of people with a licence.
        LicencesOnly = "licences_only",
        /// Everybody's.
        AllUsers = "all_users",
    }
}

choice! {
    /// What an import does that has errors.
    ImportMode, default BestEffort, {
        /// The valid rows.
        BestEffort = "best_effort",
        /// Nothing.
        Strict = "strict",
    }
}

choice! {
    /// When an invited person becomes active.
    MembershipOnInvite, default Immediate, {
        /// At once.
        Immediate = "immediate",
        /// When they accept.
        OnAcceptance = "on_acceptance",
    }
}

choice! {
    /// How many functional roles somebody may have in one organisation.
    RoleCardinality, default Multi, {
        /// Any number.
        Multi = "multi",
        /// One.
        Single = "single",
    }
}

choice! {
    /// What ends a lock-out after wrong passwords.
    LockoutRelease, default Admin, {
        /// Time.
        Timed = "timed",
        /// An administrator.
        Admin = "admin",
    }
}

choice! {
    /// What a lock-out refuses.
    LockoutScope, default PasswordOnly, {
        /// Passwords; single sign-on goes on.
        PasswordOnly = "password_only",
        /// Every way to sign in.
        All = "all",
    }
}

choice! {
    /// Who needs a second factor to sign in.
    SecondFactorRule, default AdministrativeRoles, {
        /// Whoever set one up.
        Optional = "optional",
        /// Everybody with an administrative role.
        AdministrativeRoles = "administrative_roles",
        /// Everybody.
        All = "all",
    }
}

choice! {
    /// What happens when a provider creates somebody again whom it had deleted.
    ScimRecreate, default Reinstate, {
        /// Within the days of grace the person of before comes back.
        Reinstate = "reinstate",
        /// Somebody new is created.
        New = "new",
    }
}

choice! {
    /// What happens to the licences of somebody who is suspended.
    LicenceOnSuspend, default Keep, {
        /// They stay.
        Keep = "keep",
        /// They go back to their pools.
        Release = "release",
    }
}

choice! {
    /// Who lets somebody in again who was inactive for months.
    InactiveReturn, default Administrator, {
        /// They themselves, by signing in through the identity provider.
        SelfReactivate = "self_reactivate",
        /// An administrator.
        Administrator = "administrator",
    }
}

choice! {
    /// Whether what an identity provider says about a person can be changed here.
    IdpAttributes, default ReadOnly, {
        /// It can, until the provider sends it again.
        Editable = "editable",
        /// It cannot.
        ReadOnly = "read_only",
    }
}
