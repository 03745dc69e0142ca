//! A measured figure beside the one we promise.

use std::fmt::Write;

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub what: &'static str,
    pub measured: f64,
    /// The most it may be. Some figures only tell.
    pub promised: Option<f64>,
    pub unit: &'static str,
}

impl Figure {
    /// Whether the promise is kept.
    pub fn holds(&self) -> bool {
        self.promised.is_none_or(|promised| self.measured <= promised)
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
        Some(promised) => (format!("≤ {}", amount(promised)), holds.to_owned()),
        None => Default::default(),
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
            Figure { what: "binary", measured: 12.34, promised: Some(20.0), unit: "MB" },
            Figure { what: "requests", measured: 9.0, promised: None, unit: "" },
            Figure { what: "start, migrated", measured: 123.4, promised: Some(100.0), unit: "ms" },
        ];
        assert_eq!(
            table(&figures),
            "| figure          | measured | promised | holds |\n\
             |-----------------|----------|----------|-------|\n\
             | binary          | 12.3 MB  | ≤ 20 MB  | yes   |\n\
             | requests        | 9        |          |       |\n\
             | start, migrated | 123 ms   | ≤ 100 ms | NO    |\n"
        );
    }
}
