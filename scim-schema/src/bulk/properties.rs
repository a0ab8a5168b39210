//! Whatever the body of a Bulk holds.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{MAX_OPERATIONS, parse_bulk, steps};
use crate::{
    random::{any_object, any_value, seeded},
    schema::urn,
};

fn operation() -> impl Strategy<Value = Value> {
    let method = select(vec!["POST", "put", "PATCH", "DELETE", "GET"]);
    let path = select(vec![
        "/Users",
        "Groups",
        "/Users/bulkId:a",
        "/Groups/bulkId:b",
        "/Users/1",
        "/",
        "",
        "/Nope/1",
    ]);
    let id = option::of(select(vec!["a", "b", "c", ""]));
    let parts = (
        method,
        path,
        id,
        option::of(any_value()),
        select(vec!["bulkId:a", "bulkId:b", "x"]),
    );
    prop_oneof![
        6 => parts.prop_map(|(method, path, id, data, member)| {
            let data = data.unwrap_or_else(|| json!({ "members": [{ "value": member }] }));
            json!({ "method": method, "path": path, "bulkId": id, "data": data })
        }),
        1 => any_value(),
    ]
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn operations_are_put_in_order_or_refused_with_the_one_that_is_wrong(
        operations in vec(operation(), 0..6),
        limit in option::of(any_value()),
    ) {
        let body = json!({
            "schemas": [urn::BULK_REQUEST], "failOnErrors": limit, "Operations": operations,
        });
        let body: Map<_, _> = body.as_object().cloned().unwrap();
        match parse_bulk(body, MAX_OPERATIONS) {
            Err(error) => {
                let named = ["Operations", "failOnErrors"];
                prop_assert!(named.iter().any(|name| error.detail.starts_with(name)), "{}", error);
            }
            Ok(bulk) => {
                for operation in &bulk.operations {
                    if let Err(error) = &operation.call {
                        prop_assert!(!error.detail.is_empty());
                    }
                }
                prop_assert!(!steps(&bulk.operations).is_empty());
            }
        }
    }

    #[test]
    fn a_body_that_is_no_bulk_is_refused_with_what_it_lacks(body in any_object()) {
        let error = parse_bulk(body, MAX_OPERATIONS).unwrap_err();
        prop_assert!(error.detail.starts_with("schemas"), "{}", error);
    }
}
