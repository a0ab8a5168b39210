//! Mapping rules as tests set them, and memberships as they are stored.

use chrono::TimeDelta;
use rollcall_server::db::{AuditEntry, DbError, Written};
use scim_schema::id::OrganisationId;
use serde_json::{Value, json};

use super::{Answer, Console, ScimClient, TestApp};

impl TestApp {
    /// A new organisation below the root.
    pub(crate) async fn organisation(&self, name: &str) -> String {
        let ctx = self.operator();
        let name = name.to_owned();
        let made = self.app.state.db.write::<_, DbError, _>(&ctx, move |tx| {
            let name = name.clone();
            Box::pin(async move {
                let root = tx.root_organisation().await?;
                let id: OrganisationId = tx.insert_organisation(root, &name, "UTC").await?;
                let details = json!({ "name": name });
                let entry = AuditEntry::done("organisation.create", "organisation", id, details);
                Ok(Written::audited(id, entry))
            })
        });
        made.await.expect("an organisation").to_string()
    }

    /// Reviews and stores the mapping of a connection, and waits until it is applied to everyone.
    /// Without a default organisation the present one stays.
    pub(crate) async fn map(
        &self,
        console: &Console,
        client: &ScimClient,
        default: Option<&str>,
        rules: Value,
    ) -> Answer {
        let path = format!("/idp-connections/{}/mapping", client.connection);
        let present = console.get(&path).await.expect(200);
        let default = default.map_or_else(|| present.string("/default_organisation"), Into::into);
        let mapping = json!({ "default_organisation": default, "rules": rules });
        let plan = console
            .post(&format!("{path}/plan"), &json!({ "mapping": mapping }))
            .await
            .expect(200);
        let body = json!({ "mapping": mapping, "plan": plan.string("/summary/hash") });
        let stored = console.call("PUT", &path).json(&body).send().await;
        let stored = stored.expect(200);
        self.until_mapped(&stored).await;
        stored
    }

    /// Waits until the version of an answer is applied to everyone.
    pub(crate) async fn until_mapped(&self, stored: &Answer) {
        self.clock.advance(TimeDelta::seconds(3));
        let version = &stored.json["version"];
        let done = format!(
            "SELECT COUNT(*) FROM mapping_runs WHERE finished_at IS NOT NULL AND version = {version}"
        );
        self.until_number(&done, 1).await;
    }

    /// Memberships of somebody, such as `North rule home ["observer"]`, by name.
    pub(crate) async fn memberships(&self, user_name: &str) -> Vec<String> {
        let sql = format!(
            "SELECT o.name
                || CASE WHEN m.source LIKE 'rule:%' THEN ' rule' ELSE ' ' || m.source END
                || CASE WHEN u.home_organisation_id = o.id THEN ' home' ELSE '' END
                || CASE WHEN m.rule_roles = '[]' THEN '' ELSE ' ' || m.rule_roles END
             FROM memberships m
             JOIN users u ON u.account_id = m.account_id AND u.id = m.user_id
             JOIN organisations o ON o.account_id = m.account_id AND o.id = m.organisation_id
             WHERE u.user_name = '{user_name}' ORDER BY o.name"
        );
        let rows = self.rows(&sql).await;
        rows.iter()
            .map(|row| row.try_get_by_index(0).expect("a membership"))
            .collect()
    }

    /// Waits until somebody has these memberships.
    pub(crate) async fn until_memberships(&self, user_name: &str, wanted: &[&str]) {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            let found = self.memberships(user_name).await;
            if found == wanted {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{user_name}: {found:?}, not {wanted:?}"
            );
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// A new rule.
pub(crate) fn rule(condition: &str, organisations: &[&str], roles: &[&str]) -> Value {
    json!({
        "name": format!("Those of {condition}").chars().take(90).collect::<String>(),
        "condition": condition,
        "organisations": organisations,
        "roles": roles,
    })
}
