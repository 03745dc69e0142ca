//! Comma-separated values as RFC 4180 has them.

/// A record and the number of the line in which it begins, from 1.
pub(super) type Record = (u32, Vec<String>);

/// Where a text is no CSV, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) line: u32,
    pub(super) why: &'static str,
}

/// All records. Lines may end in LF alone, a byte order mark is passed over, and so are
/// empty lines.
pub(super) fn records(text: &str) -> Result<Vec<Record>, Broken> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let mut records = Vec::new();
    while !reader.rest.is_empty() {
        let begins = reader.line;
        let record = reader.record()?;
        if record != [""] {
            records.push((begins, record));
        }
    }
    Ok(records)
}

struct Reader<'a> {
    rest: &'a str,
    /// Of what comes next.
    line: u32,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Vec<String>, Broken> {
        let mut fields = vec![self.field()?];
        while self.take(",") {
            fields.push(self.field()?);
        }
        if !(self.take("\r\n") || self.take("\n") || self.rest.is_empty()) {
            return Err(self.broken("something follows the closing quote of a field"));
        }
        self.line += 1;
        Ok(fields)
    }

    fn field(&mut self) -> Result<String, Broken> {
        if self.take("\"") {
            return self.quoted();
        }
        let end = self.rest.find([',', '\n', '"']).unwrap_or(self.rest.len());
        let before_end_of_line =
            self.rest[..end].ends_with('\r') && self.rest[end..].starts_with('\n');
        let (field, rest) = self.rest.split_at(end - usize::from(before_end_of_line));
        if rest.starts_with('"') {
            let why = "a quote stands in a field without quotes: put quotes around the field, and \
                       write each of its own twice";
            return Err(self.broken(why));
        }
        self.rest = rest;
        Ok(field.to_owned())
    }

    /// What follows an opening quote.
    fn quoted(&mut self) -> Result<String, Broken> {
        let mut field = String::new();
        loop {
            let Some((piece, rest)) = self.rest.split_once('"') else {
                return Err(self.broken("a quote is opened and never closed"));
            };
            field.push_str(piece);
            self.rest = rest;
            if !self.take("\"") {
                self.line += field.matches('\n').count() as u32;
                return Ok(field);
            }
            field.push('"');
        }
    }

    fn take(&mut self, what: &str) -> bool {
        let rest = self.rest.strip_prefix(what);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn broken(&self, why: &'static str) -> Broken {
        Broken { line: self.line, why }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u32, Vec<String>)> {
        records(text).unwrap()
    }

    fn record(line: u32, fields: &[&str]) -> Record {
        (line, fields.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn quotes_hold_commas_lines_and_quotes() {
        let text = "a,\"b,c\"\r\n\"say \"\"hi\"\"\",\"two\nlines\"\nx,\n";
        let expected = [
            record(1, &["a", "b,c"]),
            record(2, &["say \"hi\"", "two\nlines"]),
            record(4, &["x", ""]),
        ];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn marks_empty_lines_and_a_missing_end_are_nothing() {
        assert_eq!(read("\u{feff}a\r\n\r\n\nb"), [record(1, &["a"]), record(4, &["b"])]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn what_is_no_table_is_refused_where_it_breaks() {
        for (text, line) in [("a\nb\"c\n", 2), ("a\n\"b", 2), ("\"a\nb\"c,d", 2)] {
            assert_eq!(records(text).unwrap_err().line, line, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_in_quotes_is_read_again(
            rows in proptest::collection::vec(proptest::collection::vec("[a\",\r\n é]{0,6}", 2..4), 0..5),
        ) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",");
            let text = rows.iter().map(line).collect::<Vec<_>>().join("\r\n");
            let fields: Vec<_> = read(&text).into_iter().map(|(_, fields)| fields).collect();
            prop_assert_eq!(fields, rows);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a\",\r\n]{0,20}") {
            let _ = records(&text);
        }
    }
}
