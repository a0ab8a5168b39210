//! Recovery codes: 80 random bits in letters and digits that are not mistaken for each other, stored
//! as SHA-256 like every secret that is presented to us.

use crate::{
    ids::Ids,
    ops::secrets::{SecretHash, hash},
};

/// Codes that somebody gets at a time.
pub(super) const COUNT: usize = 10;
/// Crockford's alphabet: no i, l, o and u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BITS: usize = 5;
/// Characters between two hyphens.
const GROUP: usize = 4;

/// New codes, as they are shown.
pub(super) fn new_codes(ids: &Ids) -> Vec<String> {
    (0..COUNT).map(|_| new_code(&ids.bytes::<10>())).collect()
}

fn new_code(random: &[u8; 10]) -> String {
    let bits = random
        .iter()
        .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let characters = random.len() * 8 / BITS;
    let mut code = String::with_capacity(characters + characters / GROUP);
    for index in 0..characters {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        let number = (bits >> (index * BITS)) & 0b1_1111;
        let letter = usize::try_from(number).ok().and_then(|at| ALPHABET.get(at));
        code.extend(letter.map(|letter| char::from(*letter)));
    }
    code
}

/// What is stored of a code and looked up, however it was typed: in capitals, without hyphens, with
/// letters for digits that look like them.
pub(super) fn hash_of(typed: &str) -> SecretHash {
    let letters = typed.chars().filter(|c| c.is_ascii_alphanumeric());
    let read = letters.map(|letter| match letter.to_ascii_lowercase() {
        'i' | 'l' => '1',
        'o' => '0',
        other => other,
    });
    hash(&read.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_differ_and_have_four_groups() {
        let codes = new_codes(&Ids::seeded(1));
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), COUNT);
        for code in codes {
            assert_eq!(code.len(), 19, "{code}");
            assert!(code.split('-').all(|group| group.len() == GROUP));
        }
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let known = hash_of("0a1b-2c3d-4e5f-6g7h");
        for typed in [
            "0A1B2C3D4E5F6G7H",
            " 0a1b 2c3d 4e5f 6g7h",
            "oalb-2c3d-4e5f-6g7h",
        ] {
            assert_eq!(hash_of(typed), known, "{typed}");
        }
        assert_ne!(hash_of("0a1b-2c3d-4e5f-6g7j"), known);
    }
}
