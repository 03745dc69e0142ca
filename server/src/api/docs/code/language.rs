//! The languages that code is shown in: their templates, and how each writes a value.

use std::fmt::Write as _;

use serde_json::Value;

use super::sample::{Sample, SampleFile};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Shell,
    Python,
    JavaScript,
    Rust,
}

/// Why `write!` may be expected to succeed here.
const WRITES: &str = "writing to a string does not fail";

impl Language {
    pub(super) const ALL: [Self; 4] = [Self::Shell, Self::Python, Self::JavaScript, Self::Rust];

    /// Its name for people, and the one for scripts.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Shell => ("curl", "curl"),
            Self::Python => ("Python", "python"),
            Self::JavaScript => ("JavaScript", "javascript"),
            Self::Rust => ("Rust", "rust"),
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Shell => include_str!("make.sh"),
            Self::Python => include_str!("make.py"),
            Self::JavaScript => include_str!("make.mjs"),
            Self::Rust => include_str!("make.rs.txt"),
        }
    }

    /// A whole program that runs the workflow at `slug` with these inputs; `parlor` stands where the
    /// house's address belongs.
    pub(super) fn program(self, (parlor, slug): (&str, &str), inputs: &[(&str, Sample)]) -> String {
        let files = inputs.iter().filter_map(|(_, sample)| match sample {
            Sample::File(file) => Some(self.upload(file)),
            Sample::Value(_) => None,
        });
        let uploads: String = files.collect();
        let depth = usize::from(self == Self::Rust);
        let object = self.object(inputs, depth);
        let object = if self == Self::Rust { format!("json!({object})") } else { object };
        let template = match uploads.as_str() {
            "" => self.template().replace("{{ uploads }}\n", ""),
            uploads => self.template().replace("{{ uploads }}\n", uploads),
        };
        // What the host wrote comes last: marks in it mean nothing.
        let template = template.replace("{{ parlor }}", parlor).replace("{{ slug }}", slug);
        template.replacen("{{ inputs }}", &object, 1)
    }

    /// Hands a file in, and keeps the id of its upload in a variable.
    fn upload(self, file: &SampleFile) -> String {
        let SampleFile { variable, name, mime } = file;
        let path = format!("api/parlor/v1/uploads?name={name}");
        match self {
            // What was refused is the answer that is told, and nothing is asked after it.
            Self::Shell => format!(
                "answer=$(curl --fail-with-body -sS \"$API/uploads?name={name}\" \\\n  \
                 -H \"Authorization: Bearer $KEY\" -H 'Content-Type: {mime}' \\\n  \
                 --data-binary @{name}) &&\n\
                 {variable}=$(printf %s \"$answer\" | sed 's/.*\"id\":\"\\([^\"]*\\)\".*/\\1/') &&\n\n"
            ),
            Self::Python => format!(
                "with open(\"{name}\", \"rb\") as file:\n    \
                 sent = ask(\"{path}\", file.read(), \"{mime}\")\n\
                 {variable} = json.loads(sent)[\"id\"]\n"
            ),
            Self::JavaScript => format!(
                "const {variable} = await (await ask(\"{path}\", await readFile(\"{name}\"), \
                 \"{mime}\")).json();\n"
            ),
            Self::Rust => format!(
                "    let mut answer = ureq::post(format!(\"{{api}}/uploads?name={name}\"))\n        \
                 .header(\"Authorization\", &key)\n        .content_type(\"{mime}\")\n        \
                 .send(fs::read(\"{name}\")?)?;\n    \
                 let {variable}: Value = answer.body_mut().read_json()?;\n"
            ),
        }
    }

    /// What refers to a file that was handed in.
    fn reference(self, file: &SampleFile) -> String {
        let variable = &file.variable;
        match self {
            Self::Shell => format!("{{\"upload\": \"'\"${variable}\"'\"}}"),
            Self::Python => format!("{{\"upload\": {variable}}}"),
            Self::JavaScript => format!("{{ upload: {variable}.id }}"),
            Self::Rust => format!("{{\"upload\": {variable}[\"id\"]}}"),
        }
    }

    /// All inputs, one a line.
    fn object(self, inputs: &[(&str, Sample)], depth: usize) -> String {
        if inputs.is_empty() {
            return "{}".into();
        }
        let indent = if matches!(self, Self::Python | Self::Rust) { "    " } else { "  " };
        let mut out = String::from("{\n");
        for (at, (name, sample)) in inputs.iter().enumerate() {
            let value = match sample {
                Sample::Value(value) => self.value(value),
                Sample::File(file) => self.reference(file),
            };
            // The shell's is JSON, which knows no comma at the end.
            let comma = if self == Self::Shell && at + 1 == inputs.len() { "" } else { "," };
            let (margin, name) = (indent.repeat(depth + 1), self.text(name));
            writeln!(out, "{margin}{name}: {value}{comma}").expect(WRITES);
        }
        out + &indent.repeat(depth) + "}"
    }

    /// A value, on one line.
    fn value(self, value: &Value) -> String {
        match value {
            Value::Null if self == Self::Python => "None".into(),
            Value::Bool(true) if self == Self::Python => "True".into(),
            Value::Bool(false) if self == Self::Python => "False".into(),
            Value::String(text) => self.text(text),
            // `json!` takes a number for an `i32`.
            Value::Number(number) if self == Self::Rust => match number.as_i64() {
                Some(whole) if i32::try_from(whole).is_ok() => number.to_string(),
                Some(whole) => format!("{whole}_i64"),
                None if number.is_u64() => format!("{number}_u64"),
                None => number.to_string(),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    format!("{}: {}", self.text(name), self.value(value))
                };
                let members: Vec<_> = members.iter().map(member).collect();
                format!("{{{}}}", members.join(", "))
            }
        }
    }

    /// A literal that is this text and nothing else.
    fn text(self, text: &str) -> String {
        let json = Value::from(text).to_string();
        match self {
            // Within single quotes.
            Self::Shell => json.replace('\'', r"'\''"),
            Self::Python | Self::JavaScript => json,
            Self::Rust => format!("{text:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(language: Language, value: Value) -> String {
        let inputs = [("it", Sample::Value(value))];
        language.program(("http://house", "x"), &inputs)
    }

    // safety 24
    #[test]
    fn what_a_host_wrote_stays_a_text_in_every_language() {
        let text = json!("a'; rm \"x\"\n\u{7}{{ slug }}");
        assert!(
            written(Language::Shell, text.clone())
                .contains(r#""a'\''; rm \"x\"\n\u0007{{ slug }}""#)
        );
        for language in [Language::Python, Language::JavaScript] {
            assert!(
                written(language, text.clone()).contains(r#""a'; rm \"x\"\n\u0007{{ slug }}""#)
            );
        }
        assert!(written(Language::Rust, text).contains(r#""a'; rm \"x\"\n\u{7}{{ slug }}""#));
    }

    #[test]
    fn values_are_written_as_each_language_has_them() {
        let value = json!([null, true, 5_000_000_000_u64, 0.5]);
        assert!(written(Language::Python, value.clone()).contains("[None, True, 5000000000, 0.5]"));
        assert!(written(Language::Rust, value).contains("[null, true, 5000000000_i64, 0.5]"));
    }

    #[test]
    fn no_mark_is_left() {
        let file = SampleFile { variable: "p".into(), name: "p.png".into(), mime: "image/png" };
        for language in Language::ALL {
            let program = language.program(("h", "x"), &[("p", Sample::File(file.clone()))]);
            assert!(!program.contains("{{ "), "{program}");
            assert!(program.contains("p.png") && program.contains("/x/jobs"), "{program}");
        }
    }
}
