//! `Plan`: who will do what to a small stock; when, and which transfer arrives next, is left open.

/// What happens to a stock: everything here happens at any time the rules of the outside allow, or not at all.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name.
    pub name: &'static str,
    /// How many partitions, and with them shelves, there are: at most 3.
    pub partitions: u16,
    /// The fewest pieces that are dealt beyond what is needed.
    pub least_deal: u64,
    /// The products: at most 2.
    pub skus: Vec<Product>,
    /// The orders: at most 4.
    pub orders: Vec<Wanted>,
    /// Whether states that took another number of steps count as different ones, so that going in circles shows.
    pub counts_steps: bool,
}

/// A product and what happens at its depot.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its SKU; the partition of this key is its home.
    pub sku: &'static str,
    /// Pieces that were received, and dealt, before all else.
    pub at_first: i64,
    /// What the warehouse says later, in this order: pieces received, or if negative found missing.
    pub later: Vec<i64>,
}

/// An order that will be accepted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// On this partition.
    pub partition: u16,
    /// Which product, by its number in the plan, and how many pieces.
    pub lines: Vec<(usize, i64)>,
    /// How it may end.
    pub endings: &'static [Ending],
}

/// How an order ends, as inventory hears of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ending {
    /// It is cancelled, at any time.
    Cancelled,
    /// No money came. Only an order that holds its stock was to be paid.
    Unpaid,
    /// It was paid, and is to be shipped.
    Confirmed,
}

impl Ending {
    /// Any of them.
    pub const ANY: &'static [Ending] = &[Ending::Cancelled, Ending::Unpaid, Ending::Confirmed];
}
