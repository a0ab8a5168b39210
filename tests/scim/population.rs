//! Users and groups of all sorts that come and go, the same ones in every run.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{ScimClient, TestApp, group_body, user_body};

/// Numbers that look random and are the same in every run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// A few words, so that many rows have the same one, and some none.
    fn word(&mut self) -> Option<String> {
        let words = ["Ada", "ada", "Bee", "Ünal", "zoë", ""];
        let word = words[usize::try_from(self.below(6)).unwrap()];
        (!word.is_empty()).then(|| word.to_owned())
    }
}

/// Users and groups of one connection and what is known about them.
pub(super) struct Population {
    pub(super) client: ScimClient,
    pub(super) dice: Dice,
    /// Paths by id.
    paths: BTreeMap<String, String>,
    made: u64,
}

impl Population {
    pub(super) async fn of(client: ScimClient, app: &TestApp) -> Self {
        let mut population = Self {
            client,
            dice: Dice(0x2545_F491_4F6C_DD1D),
            paths: BTreeMap::new(),
            made: 0,
        };
        for _ in 0..24 {
            population.add().await;
            if population.dice.below(3) == 0 {
                app.clock.advance(TimeDelta::milliseconds(7));
            }
        }
        population
    }

    async fn add(&mut self) {
        self.made += 1;
        let number = self.made;
        let (endpoint, mut body) = if self.dice.below(3) == 0 {
            let name = format!("Group {}", number * 7 % 23);
            ("/Groups", group_body(&format!("{name} {number}"), &[]))
        } else {
            (
                "/Users",
                user_body(&format!("u{}-{number}", number * 11 % 17)),
            )
        };
        if endpoint == "/Users" {
            body["title"] = json!(self.dice.word());
            body["displayName"] = json!(self.dice.word());
            body["name"] = json!({ "familyName": self.dice.word() });
            body["active"] = json!(self.dice.below(2) == 0);
            if let Some(word) = self.dice.word() {
                let address = format!("{word}@example.org");
                body["emails"] = json!([{ "value": address, "primary": true }]);
            }
        }
        if self.dice.below(2) == 0 {
            body["externalId"] = json!(format!("{}-{number}", self.dice.below(4)));
        }
        let id = self.client.post(endpoint, &body).await.expect(201).id();
        self.paths.insert(id.clone(), format!("{endpoint}/{id}"));
    }

    async fn remove(&mut self) {
        let at = self.dice.below(self.paths.len() as u64);
        let id = self
            .paths
            .keys()
            .nth(usize::try_from(at).unwrap())
            .cloned()
            .unwrap();
        let path = self.paths.remove(&id).unwrap();
        self.client.delete(&path).await.expect(204);
    }

    /// Something happens between two pages.
    pub(super) async fn churn(&mut self) {
        match self.dice.below(3) {
            0 => self.add().await,
            1 => self.remove().await,
            _ => {
                self.remove().await;
                self.add().await;
            }
        }
    }

    pub(super) fn ids_of(&self, endpoint: &str) -> Vec<String> {
        let paths = self.paths.iter();
        let listed = paths.filter(|(_, path)| endpoint == "/" || path.starts_with(endpoint));
        listed.map(|(id, _)| id.clone()).collect()
    }
}
