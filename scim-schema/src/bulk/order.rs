//! The order in which the operations of a Bulk are carried out: as sent, except that an operation
//! waits for those that it refers to (RFC 7644 sections 3.7 and 3.7.1).

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use super::BulkOperation;

/// What is carried out at once. Operations are named by their position in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// One operation.
    One(usize),
    /// POST operations that refer to each other in a circle, in ascending order.
    Circle(Vec<usize>),
}

/// Orders the operations. Each is in exactly one step, and everything that it waits for is in an
/// earlier step or in its own.
///
/// An operation waits for the POSTs that it refers to, and for earlier operations on the same
/// resource.
#[must_use]
pub fn steps(operations: &[BulkOperation]) -> Vec<Step> {
    let waits_for = dependencies(operations);
    let circles = Circles::find(&waits_for);
    in_order(&waits_for, &circles)
}

fn dependencies(operations: &[BulkOperation]) -> Vec<Vec<usize>> {
    let creators: HashMap<&str, usize> = operations
        .iter()
        .enumerate()
        .filter_map(|(index, operation)| Some((operation.created_as()?, index)))
        .collect();
    let mut last_on = HashMap::new();
    operations
        .iter()
        .enumerate()
        .map(|(index, operation)| {
            let Ok(call) = &operation.call else {
                return Vec::new();
            };
            let mut waits: Vec<usize> = call
                .references
                .iter()
                .filter_map(|bulk_id| creators.get(bulk_id.as_str()).copied())
                .collect();
            if call.target.id.is_some() {
                let target = (call.target.kind, call.target.id.as_deref());
                waits.extend(last_on.insert(target, index));
            }
            waits
        })
        .collect()
}

/// Strongly connected parts of the graph (Tarjan): operations that wait for each other.
struct Circles<'w> {
    waits_for: &'w [Vec<usize>],
    /// When an operation was first seen; `None` for not yet.
    seen_at: Vec<Option<usize>>,
    /// The earliest operation of the path that it leads back to.
    leads_to: Vec<usize>,
    on_path: Vec<bool>,
    path: Vec<usize>,
    clock: usize,
    /// The part of each operation.
    part_of: Vec<usize>,
    parts: Vec<Vec<usize>>,
}

impl<'w> Circles<'w> {
    fn find(waits_for: &'w [Vec<usize>]) -> Self {
        let count = waits_for.len();
        let mut circles = Self {
            waits_for,
            seen_at: vec![None; count],
            leads_to: vec![0; count],
            on_path: vec![false; count],
            path: Vec::new(),
            clock: 0,
            part_of: vec![0; count],
            parts: Vec::new(),
        };
        for index in 0..count {
            if circles.seen_at[index].is_none() {
                circles.visit(index);
            }
        }
        circles
    }

    /// Recursion is as deep as there are operations at most, which is bounded.
    fn visit(&mut self, index: usize) {
        let seen_at = self.clock;
        self.clock += 1;
        self.seen_at[index] = Some(seen_at);
        self.leads_to[index] = seen_at;
        self.on_path[index] = true;
        self.path.push(index);
        let waits_for = self.waits_for;
        for &next in &waits_for[index] {
            match self.seen_at[next] {
                None => {
                    self.visit(next);
                    self.leads_to[index] = self.leads_to[index].min(self.leads_to[next]);
                }
                Some(earlier) if self.on_path[next] => {
                    self.leads_to[index] = self.leads_to[index].min(earlier);
                }
                Some(_) => {}
            }
        }
        if self.leads_to[index] == seen_at {
            self.close_part(index);
        }
    }

    fn close_part(&mut self, first: usize) {
        let mut part = Vec::new();
        while let Some(member) = self.path.pop() {
            self.on_path[member] = false;
            self.part_of[member] = self.parts.len();
            part.push(member);
            if member == first {
                break;
            }
        }
        part.sort_unstable();
        self.parts.push(part);
    }
}

/// The parts, each as soon as nothing is left that it waits for, the earliest of them first.
fn in_order(waits_for: &[Vec<usize>], circles: &Circles<'_>) -> Vec<Step> {
    let count = circles.parts.len();
    let mut left = vec![0_usize; count];
    let mut wanted_by: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, waits) in waits_for.iter().enumerate() {
        let part = circles.part_of[index];
        for &other in waits {
            let other = circles.part_of[other];
            if other != part {
                left[part] += 1;
                wanted_by[other].push(part);
            }
        }
    }
    let first_of = |part: usize| circles.parts[part][0];
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> = (0..count)
        .filter(|part| left[*part] == 0)
        .map(|part| Reverse((first_of(part), part)))
        .collect();
    let mut steps = Vec::with_capacity(count);
    while let Some(Reverse((_, part))) = ready.pop() {
        steps.push(step_of(&circles.parts[part], waits_for));
        for &waiting in &wanted_by[part] {
            left[waiting] -= 1;
            if left[waiting] == 0 {
                ready.push(Reverse((first_of(waiting), waiting)));
            }
        }
    }
    steps
}

fn step_of(part: &[usize], waits_for: &[Vec<usize>]) -> Step {
    match part {
        &[one] if !waits_for[one].contains(&one) => Step::One(one),
        circle => Step::Circle(circle.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        bulk::{MAX_OPERATIONS, parse_bulk},
        schema::urn,
    };

    fn group(bulk_id: &str, members: &[&str]) -> Value {
        let members: Vec<Value> = members
            .iter()
            .map(|id| json!({"value": format!("bulkId:{id}")}))
            .collect();
        json!({
            "method": "POST", "path": "/Groups", "bulkId": bulk_id,
            "data": {"displayName": bulk_id, "members": members},
        })
    }

    fn steps_of(operations: &Value) -> Vec<Step> {
        let body = json!({"schemas": [urn::BULK_REQUEST], "Operations": operations});
        let request = parse_bulk(body.as_object().cloned().unwrap(), MAX_OPERATIONS).unwrap();
        steps(&request.operations)
    }

    #[test]
    fn without_references_the_order_is_as_sent() {
        let delete = json!({"method": "DELETE", "path": "/Users/1"});
        let wrong = json!({"method": "GET"});
        assert_eq!(
            steps_of(&json!([
                group("a", &[]),
                delete,
                wrong,
                group("b", &["unknown"])
            ])),
            [Step::One(0), Step::One(1), Step::One(2), Step::One(3)]
        );
    }

    #[test]
    fn an_operation_waits_for_what_it_refers_to_and_no_longer() {
        let patch = json!({"method": "PATCH", "path": "/Groups/bulkId:a", "data": {}});
        assert_eq!(
            steps_of(&json!([
                patch,
                group("a", &["b"]),
                group("x", &[]),
                group("b", &[]),
                group("y", &[]),
            ])),
            [2, 3, 1, 0, 4].map(Step::One)
        );
    }

    #[test]
    fn operations_on_one_resource_stay_in_order() {
        let add = json!({
            "method": "PATCH", "path": "/Groups/7",
            "data": {"Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:a"}]}]},
        });
        let delete = json!({"method": "DELETE", "path": "/Groups/7"});
        assert_eq!(
            steps_of(&json!([add, delete, group("a", &[])])),
            [2, 0, 1].map(Step::One)
        );
    }

    #[test]
    fn a_circle_is_one_step() {
        assert_eq!(
            steps_of(&json!([
                group("outside", &["a"]),
                group("a", &["b"]),
                group("b", &["c", "leaf"]),
                group("c", &["a"]),
                group("leaf", &[]),
                group("self", &["self"]),
            ])),
            [
                Step::One(4),
                Step::Circle(vec![1, 2, 3]),
                Step::One(0),
                Step::Circle(vec![5]),
            ]
        );
    }

    proptest! {
        #![proptest_config(crate::random::seeded())]

        #[test]
        fn every_operation_comes_once_and_after_what_it_waits_for(
            edges in proptest::collection::vec((0_usize..12, 0_usize..12), 0..30),
        ) {
            let mut waits_for = vec![Vec::new(); 12];
            for (from, to) in edges {
                waits_for[from].push(to);
            }
            let steps = in_order(&waits_for, &Circles::find(&waits_for));
            let mut done = Vec::new();
            for step in steps {
                let members = match step {
                    Step::One(one) => vec![one],
                    Step::Circle(members) => members,
                };
                for member in &members {
                    for other in &waits_for[*member] {
                        prop_assert!(done.contains(other) || members.contains(other));
                    }
                }
                done.extend(members);
            }
            done.sort_unstable();
            prop_assert_eq!(done, (0..12).collect::<Vec<_>>());
        }
    }
}
