//! Rows of words in columns, for terminals.
//!
//! *Invariant:* a column is as wide as the widest cell in it, counted in characters, and no line ends with blanks.

use crate::direction::ordered;

/// The rows as lines. The first one says how many columns there are; a cell beyond them stands at the end of its line as it is.
/// So many columns as `names` begin at the left, and all others end at the right.
pub fn table(rows: &[Vec<String>], names: usize) -> String {
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| match widths.get(column) {
            Some(width) if column < names => format!("{cell:width$}"),
            Some(width) => format!("{cell:>width$}"),
            None => cell.clone(),
        });
        text += &ordered(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}
