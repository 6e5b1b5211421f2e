//! The figures of stock: where the pieces are.

use choreography::{Figure, Level, Shape};

use crate::Stock;

const STOCK: Figure = Figure {
    name: "orders_stock",
    help: "Pieces by where they are, all products together: `depot`, free on a `shelf`, or `held` for open orders. Pieces between depot and shelf are in none.",
    shape: Shape::Level,
    labels: &["class"],
    known: &[&["depot"], &["shelf"], &["held"]],
};

/// All of them.
pub(crate) static FIGURES: [Figure; 1] = [STOCK];

/// How a task stands.
pub(crate) fn levels(stock: &Stock, level: &mut dyn FnMut(Level)) {
    let pieces = stock.pieces();
    for (label, pieces) in [("depot", pieces.depot), ("shelf", pieces.shelf), ("held", pieces.held)] {
        level(Level { figure: STOCK.name, label, value: i64::try_from(pieces).unwrap_or(i64::MAX) });
    }
}
