//! Doc comments as descriptions: what only rustdoc understands goes.

use serde_json::Value;

/// Tidies every description in a schema.
pub fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(words) if key == "description" => *words = plain(words),
                    value => tidy(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => (),
    }
}

/// Without links and line breaks; paragraphs stay.
fn plain(words: &str) -> String {
    let paragraphs: Vec<_> =
        words.split("\n\n").map(|one| one.lines().collect::<Vec<_>>().join(" ")).collect();
    let words = paragraphs.join("\n\n");
    let names = words.replace("[`crate::", "`").replace("[`", "`").replace("`]", "`");
    // As JSON has it.
    names.replace("`None`", "`null`").replace("`Some`", "not `null`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_rustdoc_become_names() {
        assert_eq!(
            plain("See [`crate::Inputs`]\nand [`Size`].\n\n`None`: never."),
            "See `Inputs` and `Size`.\n\n`null`: never."
        );
    }
}
