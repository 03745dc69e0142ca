//! What people and keys are called.

use crate::error::{Error, Result};

/// Longest name, in characters.
const LONGEST: usize = 64;

/// A name that can be shown anywhere: trimmed, of 1 to 64 characters, none of
/// which is a control or steers the direction of writing.
pub(crate) fn parse(text: &str) -> Result<String> {
    let name = text.trim();
    let steers = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(Error::field("name", format!("A name has 1 to {LONGEST} characters.")));
    }
    if name.chars().any(|c| c.is_control() || steers(c)) {
        return Err(Error::field("name", "This name contains a character that does not show."));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 24, 25
    #[test]
    fn a_name_cannot_break_a_line_hide_or_turn_the_writing() {
        for wrong in ["", "  ", "a\nb", "a\0", "\u{202e}gnp", "zero\u{200b}width", &"x".repeat(65)]
        {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(parse(" Ada Łovelace 写 ").unwrap(), "Ada Łovelace 写");
    }
}
