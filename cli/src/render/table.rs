//! Aligned columns.

use std::io::{self, Write};

use anstyle::Style;

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One field of a row.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    style: Style,
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell { text: text.to_string(), style: Style::new() }
    }
}

impl Cell {
    /// The same field in another style.
    pub fn styled(text: impl ToString, style: Style) -> Cell {
        Cell { text: text.to_string(), style }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Rows under headings.
#[derive(Clone, Debug)]
pub struct Table {
    heads: Vec<(&'static str, Align)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these headings.
    pub fn new(heads: &[(&'static str, Align)]) -> Table {
        Table { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// One more row: as many cells as there are headings.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the headings and the rows, two blanks between columns, nothing after the last.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.heads.len()).map(|column| self.width_of(column)).collect();
        let bold = Style::new().bold();
        let heads: Vec<Cell> = self.heads.iter().map(|(head, _)| Cell::styled(head, bold)).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            self.write_row(row, &widths, out)?;
        }
        Ok(())
    }

    fn width_of(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(Cell::width);
        cells.max().unwrap_or(0).max(self.heads[column].0.chars().count())
    }

    fn write_row(&self, row: &[Cell], widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
        let filled = row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
        for (column, cell) in row.iter().enumerate().take(filled) {
            let blanks = widths[column].saturating_sub(cell.width());
            let right = self.heads[column].1 == Align::Right;
            let (before, after) = if right { (blanks, 0) } else { (0, blanks) };
            let last = column + 1 == filled;
            let (style, reset) = (cell.style.render(), cell.style.render_reset());
            write!(out, "{:before$}{style}{}{reset}", "", cell.text)?;
            if !last {
                write!(out, "{:width$}", "", width = after + 2)?;
            }
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_field_and_numbers_stand_right() {
        let mut table = Table::new(&[("SKU", Align::Left), ("FREE", Align::Right), ("NOTE", Align::Left)]);
        table.row(["poster".into(), 7.into(), "".into()]);
        table.row(["mug".into(), 12_345.into(), "low".into()]);
        let mut page = anstream::StripStream::new(Vec::new());
        table.write(&mut page).unwrap();
        let page = String::from_utf8(page.into_inner()).unwrap();
        assert_eq!(page, "SKU      FREE  NOTE\nposter      7\nmug     12345  low\n");
    }
}
