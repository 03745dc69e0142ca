//! The secret of a program: `plr_`, thirty random letters and digits, and a
//! checksum of six.
//!
//! The prefix and the checksum let scanners find a key that was published by
//! mistake, and tell it from anything else: `plr_[0-9A-Za-z]{36}`, where the
//! last six are the CRC-32 of all before them in base 62, as in the tokens of
//! large forges.

const PREFIX: &str = "plr_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 178 bits.
const RANDOM: usize = 30;
const CHECKSUM: usize = 6;
/// Letters after the prefix that are kept, to tell one key from another.
const HINT: usize = 4;

/// A key as its owner holds it. It is never kept: only its hash is.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A new one.
    pub fn random() -> Self {
        let letters = (0..RANDOM).map(|_| ALPHABET[rand::random_range(0..ALPHABET.len())]);
        let body: String = PREFIX.bytes().chain(letters).map(char::from).collect();
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// Whether this is what a key looks like, its checksum included.
    pub fn is_well_formed(text: &str) -> bool {
        let Some(rest) = text.strip_prefix(PREFIX) else { return false };
        rest.len() == RANDOM + CHECKSUM
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.ends_with(&checksum(&text[..PREFIX.len() + RANDOM]))
    }

    /// What is kept of a key.
    pub fn hash(text: &str) -> [u8; 32] {
        *blake3::hash(text.as_bytes()).as_bytes()
    }

    /// Its first letters, too few to guess the rest.
    pub fn hint(&self) -> &str {
        &self.0[..PREFIX.len() + HINT]
    }

    /// As its owner sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiKey({}…)", self.hint())
    }
}

fn checksum(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[rest as usize % ALPHABET.len()];
        rest /= ALPHABET.len() as u32;
    }
    digits.map(char::from).iter().collect()
}

/// Of ISO 3309, bit by bit: it is only asked for keys that are not in memory.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_everybody_knows() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    // safety 16
    #[test]
    fn a_key_is_recognised_and_one_with_a_letter_changed_is_not() {
        let key = ApiKey::random();
        let text = key.reveal();
        assert!(ApiKey::is_well_formed(text), "{text}");
        for place in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert!(!ApiKey::is_well_formed(std::str::from_utf8(&changed).unwrap()), "{place}");
        }
        for other in ["", "plr_", &text[1..], &format!("{text}0"), "plr_ключключключключключ"]
        {
            assert!(!ApiKey::is_well_formed(other), "{other}");
        }
    }

    // safety 24
    #[test]
    fn a_key_does_not_show_in_logs() {
        let key = ApiKey::random();
        assert!(!format!("{key:?}").contains(key.reveal()));
    }
}
