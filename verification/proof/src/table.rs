//! A markdown table.

use std::fmt::{Display, Formatter, Result};

/// Columns and rows of text.
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these columns: the first is text, `-` before a name makes a column of numbers.
    pub fn of(columns: &[&str]) -> Table {
        Table { columns: columns.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// One more row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// One more row, of as many cells as there are columns.
    pub fn wide_row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let names: Vec<&str> = self.columns.iter().map(|name| name.trim_start_matches('-')).collect();
        let rule = |name: &String| if name.starts_with('-') { "--:" } else { "---" };
        writeln!(f, "| {} |", names.join(" | "))?;
        writeln!(f, "|{}|", self.columns.iter().map(rule).collect::<Vec<_>>().join("|"))?;
        for cells in &self.rows {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            writeln!(f, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}

/// A whole number with a mark at every thousand, which is how people read counts.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::{Table, count};

    #[test]
    fn thousands_are_marked() {
        assert_eq!([0, 999, 1_000, 5_396_801].map(count), ["0", "999", "1,000", "5,396,801"]);
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        let mut table = Table::of(&["what", "-times"]);
        table.row(["a | b".to_owned(), count(3)]);
        assert_eq!(table.to_string(), "| what | times |\n|---|--:|\n| a \\| b | 3 |\n");
    }
}
