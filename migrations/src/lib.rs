//! Migrations for SQLite and PostgreSQL: one file each, never edited after a release, forward by
//! expand and contract. They name tables and columns by words of their own and import no entity.

#![expect(
    elided_lifetimes_in_paths,
    reason = "the trait of migrations elides this lifetime, and async_trait wants the same words"
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod columns;
mod m20261122_000100_create_accounts;
mod m20261122_000200_create_users;
mod m20261122_000300_create_provisioning;
mod m20261122_000400_create_groups;
mod m20261122_000500_create_sessions;
mod m20261122_000600_create_audit;
mod m20261122_000700_create_work;
mod m20261122_000850_unassign_active;
mod m20261122_000860_switch_dialects;
mod m20261122_000870_log_facts;
mod m20261122_000880_scope_tokens;
mod m20261122_000900_conflicts;
mod m20261122_000910_mapping_rules;
mod m20261122_000920_custom_attributes;
mod m20261122_000940_counters;
mod m20261122_000941_search_index;
mod m20261122_000950_shadow;
mod m20261122_000955_index_looked_up_values;
mod m20261122_000960_alerts;
mod m20261122_000970_conformance_runs;
mod m20261122_000980_index_log_bodies;
mod m20261122_000990_shadow_deletions;
mod m20261122_001000_live_before;
mod m20261123_001010_sqlite_statistics;
mod m20261123_001020_deletions;
mod m20261123_001100_organisation_versions;
mod m20261123_001200_mails;
mod m20261123_001310_audit_chain;
mod m20261123_001320_audit_indexes;
mod m20261123_001400_second_factors;
mod m20261123_001410_own_passwords;
mod m20261123_001420_restricted_sessions;
mod m20261123_001500_policies;
mod m20261123_001510_approvals;

/// Runs the migrations in the order of their names.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000100_create_accounts::Migration),
            Box::new(m20261122_000200_create_users::Migration),
            Box::new(m20261122_000300_create_provisioning::Migration),
            Box::new(m20261122_000400_create_groups::Migration),
            Box::new(m20261122_000500_create_sessions::Migration),
            Box::new(m20261122_000600_create_audit::Migration),
            Box::new(m20261122_000700_create_work::Migration),
            Box::new(m20261122_000850_unassign_active::Migration),
            Box::new(m20261122_000860_switch_dialects::Migration),
            Box::new(m20261122_000870_log_facts::Migration),
            Box::new(m20261122_000880_scope_tokens::Migration),
            Box::new(m20261122_000900_conflicts::Migration),
            Box::new(m20261122_000910_mapping_rules::Migration),
            Box::new(m20261122_000920_custom_attributes::Migration),
            Box::new(m20261122_000940_counters::Migration),
            Box::new(m20261122_000941_search_index::Migration),
            Box::new(m20261122_000950_shadow::Migration),
            Box::new(m20261122_000955_index_looked_up_values::Migration),
            Box::new(m20261122_000960_alerts::Migration),
            Box::new(m20261122_000970_conformance_runs::Migration),
            Box::new(m20261122_000980_index_log_bodies::Migration),
            Box::new(m20261122_000990_shadow_deletions::Migration),
            Box::new(m20261122_001000_live_before::Migration),
            Box::new(m20261123_001010_sqlite_statistics::Migration),
            Box::new(m20261123_001020_deletions::Migration),
            Box::new(m20261123_001500_policies::Migration),
            Box::new(m20261123_001510_approvals::Migration),
            Box::new(m20261123_001400_second_factors::Migration),
            Box::new(m20261123_001410_own_passwords::Migration),
            Box::new(m20261123_001420_restricted_sessions::Migration),
            Box::new(m20261123_001100_organisation_versions::Migration),
            Box::new(m20261123_001200_mails::Migration),
            Box::new(m20261123_001310_audit_chain::Migration),
            Box::new(m20261123_001320_audit_indexes::Migration),
        ]
    }
}
