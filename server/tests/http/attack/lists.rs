//! What attackers send first: the lists of Debian's `wfuzz` and `dirb`, and of
//! npm's `big-list-of-naughty-strings`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Something that somebody may send, as bytes.
#[derive(Clone)]
pub struct Word(Vec<u8>);

impl Word {
    pub fn bytes(&self) -> Vec<u8> {
        self.0.clone()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// As it can stand in an address whatever it is.
    pub fn encoded(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "%{byte:02x}");
            text
        })
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text();
        write!(f, "{:?}", text.chars().take(120).collect::<String>())
    }
}

/// Ways to a file that lies in the folder of the house, and is not for guests.
fn to_our_secret() -> impl Iterator<Item = Word> {
    let up = ["../", "..\\", "%2e%2e%2f", "..%2f", "%252e%252e%252f", "....//", "..;/"];
    let ups = up.into_iter().flat_map(|up| (1..8).map(move |depth| up.repeat(depth)));
    ups.map(|up| Word(format!("{up}{}", super::verdict::SECRET_FILE).into_bytes()))
}

/// All words of the lists that `PARLOR_ATTACK_LISTS` names, a path for each.
pub fn all() -> Vec<Word> {
    let lists = std::env::var_os("PARLOR_ATTACK_LISTS").expect("PARLOR_ATTACK_LISTS names lists");
    let mut words: Vec<_> = to_our_secret().collect();
    for list in std::env::split_paths(&lists) {
        let found = read(&list);
        assert!(!found.is_empty(), "{} is empty", list.display());
        words.extend(found);
    }
    assert!(words.len() > 1000, "only {} words", words.len());
    words
}

fn read(list: &Path) -> Vec<Word> {
    let content = fs::read(list).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
    if list.extension().is_some_and(|kind| kind == "json") {
        let texts: Vec<String> = serde_json::from_slice(&content).unwrap();
        return texts.into_iter().map(|text| Word(text.into_bytes())).collect();
    }
    let lines = content.split(|byte| *byte == b'\n');
    lines.filter(|line| !line.is_empty()).map(|line| Word(line.to_vec())).collect()
}
