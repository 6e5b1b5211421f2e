//! `Story`: what may happen around the services; whether and when it does is left open.

/// What may happen.
#[derive(Clone, Debug)]
pub struct Story {
    /// Its name.
    pub name: &'static str,
    /// Pieces of the one product.
    pub pieces: i64,
    /// The customers, with one order each: at most 2.
    pub customers: Vec<Customer>,
    /// Whether the orders' time may run out.
    pub expires: bool,
    /// Whether the provider may decline.
    pub declines: bool,
    /// Whether an answer of the provider may be lost, once: a time-out.
    pub loses: bool,
    /// Whether the provider may capture what it has declined, once.
    pub contradicts: bool,
    /// Whether the provider may refuse a refund, once.
    pub refuses: bool,
    /// Whether payment may crash, once, with all that was under way to and from the provider. The other services lose
    /// nothing by a crash: every step here is one of a service restored from its log.
    pub crashes: bool,
    /// Whether a record may be delivered twice in a row, once, as after a crash without transactions.
    pub repeats: bool,
    /// Whether states that took another number of steps count as different ones, so that going in circles shows.
    pub counts_steps: bool,
}

/// A customer, who places one order for one piece.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// May ask to cancel it.
    pub cancels: bool,
    /// May place it twice.
    pub places_again: bool,
}
