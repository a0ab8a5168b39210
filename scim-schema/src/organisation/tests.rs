use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::permission::AccountRole;

fn id(number: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(number))
}

fn node(number: u128, parent: Option<u128>, name: &str) -> Node {
    Node {
        id: id(number),
        parent: parent.map(id),
        name: name.to_owned(),
        archived: false,
    }
}

/// A district with two schools, one of them with a lab.
fn district() -> Vec<Node> {
    vec![
        node(1, None, "District"),
        node(2, Some(1), "south"),
        node(3, Some(1), "North"),
        node(4, Some(3), "Lab"),
    ]
}

#[test]
fn children_stand_behind_their_parent_by_name() {
    let nodes = district();
    let ordered = Tree::new(&nodes).in_order();
    let shown: Vec<_> = ordered
        .iter()
        .map(|(node, level)| (&*node.name, *level))
        .collect();
    assert_eq!(
        shown,
        [("District", 0), ("North", 1), ("Lab", 2), ("south", 1)]
    );
}

#[test]
fn whoever_sees_a_part_of_the_tree_sees_roots_of_their_own() {
    let nodes = &district()[2..];
    let ordered = Tree::new(nodes).in_order();
    let shown: Vec<_> = ordered
        .iter()
        .map(|(node, level)| (node.id, *level))
        .collect();
    assert_eq!(shown, [(id(3), 0), (id(4), 1)]);
}

#[test]
fn what_would_break_the_tree_is_refused() {
    let mut nodes = district();
    nodes.push(Node {
        archived: true,
        ..node(5, Some(1), "Closed")
    });
    let tree = Tree::new(&nodes);
    assert_eq!(tree.place(None, id(4)), Ok(()));
    assert_eq!(tree.place(Some(id(4)), id(2)), Ok(()));
    assert_eq!(tree.place(Some(id(3)), id(4)), Err(Misplaced::Cycle));
    assert_eq!(tree.place(Some(id(3)), id(3)), Err(Misplaced::Cycle));
    assert_eq!(tree.place(Some(id(1)), id(2)), Err(Misplaced::Root));
    assert_eq!(tree.place(None, id(9)), Err(Misplaced::NoParent));
    assert_eq!(tree.place(None, id(5)), Err(Misplaced::ArchivedParent));
}

#[test]
fn the_tree_ends_at_its_last_level_whoever_moves() {
    let levels = u128::try_from(LEVELS_MAX).unwrap();
    let mut nodes: Vec<Node> = (1..=levels)
        .map(|number| node(number, (number > 1).then(|| number - 1), "Level"))
        .collect();
    nodes.push(node(100, Some(1), "Short"));
    nodes.push(node(101, Some(100), "Below"));
    let tree = Tree::new(&nodes);
    assert_eq!(tree.place(None, id(levels)), Err(Misplaced::TooDeep));
    assert_eq!(tree.place(None, id(levels - 1)), Ok(()));
    assert_eq!(
        tree.place(Some(id(100)), id(levels - 1)),
        Err(Misplaced::TooDeep)
    );
    assert_eq!(tree.place(Some(id(100)), id(levels - 2)), Ok(()));
    assert_eq!(tree.place(Some(id(101)), id(levels - 1)), Ok(()));
}

#[test]
fn names_are_told_apart_among_living_siblings() {
    let mut nodes = district();
    nodes.push(Node {
        archived: true,
        ..node(5, Some(1), "East")
    });
    let tree = Tree::new(&nodes);
    assert!(tree.is_taken(Some(id(1)), "NORTH", None));
    assert!(!tree.is_taken(Some(id(1)), "NORTH", Some(id(3))));
    assert!(!tree.is_taken(Some(id(3)), "North", None));
    assert!(!tree.is_taken(Some(id(1)), "East", None));
    let below: Vec<_> = tree
        .living_below(id(1))
        .iter()
        .map(|node| node.id)
        .collect();
    assert_eq!(below, [id(3), id(2)]);
}

#[test]
fn names_have_limits() {
    assert!(check_name("St. Mary’s, Lower School").is_ok());
    for wrong in ["", "a\u{7}b", "a\u{202e}b", &"x".repeat(101)] {
        assert!(check_name(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_root_is_neither_moved_nor_archived_and_its_name_is_the_account_s() {
    let nodes = district();
    let sa = Standing {
        roles: &[AccountRole::SystemAdministrator],
        organisations: &[],
    };
    let own = [id(1)];
    let oa = Standing {
        roles: &[],
        organisations: &own,
    };
    let it = Standing {
        roles: &[AccountRole::ItAdministrator],
        organisations: &[],
    };
    assert_eq!(offered(sa, &nodes[0], 0), [Act::CreateBelow, Act::Edit]);
    assert_eq!(
        offered(sa, &nodes[1], 1),
        [Act::CreateBelow, Act::Edit, Act::Move, Act::Archive]
    );
    assert_eq!(offered(oa, &nodes[0], 0), []);
    assert_eq!(offered(oa, &nodes[1], 1), [Act::Edit]);
    assert_eq!(offered(it, &nodes[1], 1), []);
    let archived = Node {
        archived: true,
        ..nodes[1].clone()
    };
    assert_eq!(offered(sa, &archived, 1), [Act::Unarchive]);
    assert_eq!(offered(oa, &archived, 1), []);
    let last = u32::try_from(LEVELS_MAX).unwrap() - 1;
    assert!(!offered(sa, &nodes[1], last).contains(&Act::CreateBelow));
}

/// Moves of organisations of a small account, wherever they lead.
fn moves() -> impl Strategy<Value = Vec<(u128, u128)>> {
    proptest::collection::vec((1_u128..14, 1_u128..14), 0..60)
}

proptest! {
    #[test]
    fn no_sequence_of_moves_makes_a_cycle_or_too_deep_a_tree(moves in moves()) {
        let mut nodes: Vec<Node> = (1..14)
            .map(|number| node(number, (number > 1).then_some(1), &number.to_string()))
            .collect();
        for (moved, parent) in moves {
            if Tree::new(&nodes).place(Some(id(moved)), id(parent)).is_ok() {
                let found = nodes.iter_mut().find(|node| node.id == id(moved));
                found.unwrap().parent = Some(id(parent));
            }
            let tree = Tree::new(&nodes);
            let ordered = tree.in_order();
            prop_assert_eq!(ordered.len(), nodes.len(), "everything hangs below the root");
            let deepest = ordered.iter().map(|(_, level)| *level).max().unwrap();
            prop_assert!(usize::try_from(deepest).unwrap() < LEVELS_MAX);
        }
    }
}
