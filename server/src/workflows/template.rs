//! A text made of several fields: `"{prompt}, {style}"`.
//!
//! A part that is empty drops out together with what separates it, so that a
//! prompt without a style does not end in a comma. What people type is put in
//! as it is: braces in it mean nothing.

use anyhow::bail;

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// Before the first part.
    head: String,
    /// Field name, and what stands between it and the next one.
    parts: Vec<(String, String)>,
}

impl Template {
    /// Reads a template with at least one field.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let mut pieces = text.split('{');
        let head = pieces.next().unwrap_or_default().to_owned();
        let part = |piece: &str| match piece.split_once('}') {
            Some((name, after)) if !name.is_empty() => Ok((name.to_owned(), after.to_owned())),
            _ => bail!("the template {text:?} has a brace that is not closed or holds no name"),
        };
        let parts: Vec<_> = pieces.map(part).collect::<anyhow::Result<_>>()?;
        if parts.is_empty() {
            bail!("the template {text:?} names no field");
        }
        Ok(Self { head, parts })
    }

    /// The fields it is made of.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|(name, _)| name.as_str())
    }

    /// The text, with `value` saying what each field holds.
    pub(super) fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let mut text = self.head.clone();
        let mut separator = None;
        for (name, after) in &self.parts {
            let value = value(name);
            let value = value.trim();
            if !value.is_empty() {
                text.push_str(separator.unwrap_or_default());
                text.push_str(value);
                separator = Some(after);
            } else if separator.is_some() {
                // Of two separators around an empty part the later one stays.
                separator = Some(after);
            }
        }
        let tail = self.parts.last().map_or("", |(_, after)| after);
        text.push_str(tail);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, values: &[(&str, &str)]) -> String {
        let value = |name: &str| values.iter().find(|(key, _)| *key == name).unwrap().1.to_owned();
        Template::parse(template).unwrap().fill(value)
    }

    #[test]
    fn full_parts_keep_their_separators() {
        let text = fill("{a}, {b}; {c}", &[("a", "fox"), ("b", "snow"), ("c", "oil")]);
        assert_eq!(text, "fox, snow; oil");
    }

    #[test]
    fn empty_parts_drop_with_their_separators() {
        let filled = |a, b, c| fill("{a}, {b}, {c}", &[("a", a), ("b", b), ("c", c)]);
        assert_eq!(filled("fox", "", "oil"), "fox, oil");
        assert_eq!(filled("", "snow", "oil"), "snow, oil");
        assert_eq!(filled("fox", " ", ""), "fox");
        assert_eq!(filled("", "", ""), "");
    }

    #[test]
    fn what_stands_around_stays() {
        assert_eq!(fill("a picture of {a}!", &[("a", "fox")]), "a picture of fox!");
    }

    #[test]
    fn braces_in_what_people_type_mean_nothing() {
        assert_eq!(fill("{a}, {b}", &[("a", "{b} {c"), ("b", "oil")]), "{b} {c, oil");
    }

    #[test]
    fn a_broken_template_is_refused() {
        for text in ["no field", "{a", "{}", "{a}, {b"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
