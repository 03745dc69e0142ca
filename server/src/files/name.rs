//! Names of files: only ever shown, never used.

use std::fmt;

use super::kind::extension;

/// Longest name in bytes; a longer one keeps its beginning and its extension.
const MAX_BYTES: usize = 120;

/// A person's name for a file, made harmless for every screen, header and
/// operating system it may pass. Stored files are never called by it.
///
/// What `secure_filename` of Werkzeug does, plus the names Windows keeps for
/// devices, but letters of every script stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeName(String);

impl SafeName {
    /// From whatever a client sent; what cannot be kept is left out, and a
    /// name of which nothing is left is `file`.
    pub fn from_client(text: &str) -> Self {
        // Some browsers and programs send whole paths.
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain: String = last.chars().filter(|c| !is_odd(*c)).map(tamed).collect();
        let plain = plain.trim_matches(|c: char| c == '.' || c == ' ');
        let name = shortened(plain);
        match name.as_str() {
            "" => Self("file".into()),
            name if is_device(name) => Self(format!("_{name}")),
            name => Self(name.to_owned()),
        }
    }

    /// The same with another extension, for a file that was converted.
    #[must_use]
    pub fn with_extension(&self, new: &str) -> Self {
        let stem = self.0.rsplit_once('.').map_or(self.0.as_str(), |(stem, _)| stem);
        Self(format!("{stem}.{new}"))
    }

    /// Lower-case extension without the dot; empty when there is none.
    pub(super) fn extension(&self) -> String {
        extension(&self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters, and those that change how the rest is read: directions,
/// invisible joiners, the private and the unassigned.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}'
        )
}

/// What a file system or a shell could take for something else.
fn tamed(c: char) -> char {
    if c.is_whitespace() {
        ' '
    } else if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%' | '`' | '$' | '~') {
        '_'
    } else {
        c
    }
}

fn shortened(name: &str) -> String {
    if name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 10 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let end = stem.floor_char_boundary(MAX_BYTES - extension.len());
    format!("{}{extension}", stem[..end].trim_end_matches(['.', ' ']))
}

/// Names that Windows keeps for devices, with any extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix| {
        stem.strip_prefix(prefix).is_some_and(|n| {
            matches!(n, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    fn safe(text: &str) -> String {
        SafeName::from_client(text).0
    }

    // safety 25
    #[test]
    fn hostile_names_become_harmless_ones() {
        for (sent, kept) in [
            ("../../x.png", "x.png"),
            (r"C:\Users\me\x.png", "x.png"),
            ("x.png\0.exe", "x.png.exe"),
            ("CON.png", "_CON.png"),
            ("com1", "_com1"),
            (".htaccess", "htaccess"),
            ("..", "file"),
            ("", "file"),
            ("a:b.png", "a_b.png"),
            ("photo\u{202e}gnp.exe", "photognp.exe"),
            ("café ☕ 写真.png", "café ☕ 写真.png"),
        ] {
            assert_eq!(safe(sent), kept, "{sent:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = safe(&format!("{}.png", "ä".repeat(300)));
        assert!(name.len() <= MAX_BYTES && name.ends_with("ä.png"), "{name}");
    }

    proptest! {
        // safety 25
        #[test]
        fn a_safe_name_is_one_plain_component(text in ".{0,400}") {
            let name = safe(&text);
            let mut parts = Path::new(&name).components();
            prop_assert!(matches!(parts.next(), Some(Component::Normal(_))));
            prop_assert!(parts.next().is_none());
            prop_assert!(!name.is_empty() && name.len() <= MAX_BYTES + 1);
            prop_assert!(!name.contains(['\\', '/', ':', '\0', '\r', '\n', '"']));
            prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
        }

        // safety 25
        #[test]
        fn making_a_name_safe_twice_changes_nothing(text in ".{0,400}") {
            let once = safe(&text);
            prop_assert_eq!(safe(&once), once);
        }
    }
}
