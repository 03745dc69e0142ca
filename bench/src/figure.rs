//! A measured figure beside the one we promise.

use std::fmt::Write;

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub what: &'static str,
    pub measured: f64,
    pub promised: Promise,
    pub unit: &'static str,
}

/// What we say of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Promise {
    /// It only tells.
    None,
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    /// One that may not be larger.
    pub fn at_most(what: &'static str, measured: f64, most: f64, unit: &'static str) -> Self {
        Self { what, measured, promised: Promise::AtMost(most), unit }
    }

    /// One that may not be smaller.
    pub fn at_least(what: &'static str, measured: f64, least: f64, unit: &'static str) -> Self {
        Self { what, measured, promised: Promise::AtLeast(least), unit }
    }

    /// One that promises nothing.
    pub fn told(what: &'static str, measured: f64, unit: &'static str) -> Self {
        Self { what, measured, promised: Promise::None, unit }
    }

    /// Whether the promise is kept.
    pub fn holds(&self) -> bool {
        match self.promised {
            Promise::None => true,
            Promise::AtMost(most) => self.measured <= most,
            Promise::AtLeast(least) => self.measured >= least,
        }
    }
}

/// A Markdown table, columns aligned so that a terminal shows it well too.
pub fn table(figures: &[Figure]) -> String {
    let rows: Vec<[String; 4]> = figures.iter().map(row).collect();
    let head = ["figure", "measured", "promised", "holds"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), width(3)];
    let mut text = line(&head, widths);
    let _ = writeln!(text, "|{}|", widths.map(|width| "-".repeat(width + 2)).join("|"));
    for row in &rows {
        text.push_str(&line(row, widths));
    }
    text
}

fn row(figure: &Figure) -> [String; 4] {
    let amount = |value: f64| format!("{} {}", rounded(value), figure.unit).trim_end().to_owned();
    let holds = if figure.holds() { "yes" } else { "NO" };
    let (promised, holds) = match figure.promised {
        Promise::AtMost(most) => (format!("≤ {}", amount(most)), holds.to_owned()),
        Promise::AtLeast(least) => (format!("≥ {}", amount(least)), holds.to_owned()),
        Promise::None => Default::default(),
    };
    [figure.what.to_owned(), amount(figure.measured), promised, holds]
}

fn line(cells: &[String; 4], widths: [usize; 4]) -> String {
    let mut text = String::from("|");
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(text, " {cell:width$} |");
    }
    text.push('\n');
    text
}

/// Three digits say enough.
fn rounded(value: f64) -> String {
    match value {
        v if v >= 100.0 || v.fract() == 0.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_says_what_is_missed() {
        let figures = [
            Figure::at_most("binary", 12.34, 20.0, "MB"),
            Figure::told("requests", 9.0, ""),
            Figure::at_most("start, migrated", 123.4, 100.0, "ms"),
            Figure::at_least("durable submits", 6012.0, 5000.0, "/s"),
        ];
        assert_eq!(
            table(&figures),
            "| figure          | measured | promised  | holds |\n\
             |-----------------|----------|-----------|-------|\n\
             | binary          | 12.3 MB  | ≤ 20 MB   | yes   |\n\
             | requests        | 9        |           |       |\n\
             | start, migrated | 123 ms   | ≤ 100 ms  | NO    |\n\
             | durable submits | 6012 /s  | ≥ 5000 /s | yes   |\n"
        );
    }
}
