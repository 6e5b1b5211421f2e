//! What each fact does: takes something that can be given back, gives it back, ends the matter, or only says so.

use events_schema::Source;

use crate::seen::Name;

/// What a fact does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Takes or promises something. These undo it.
    Act(&'static [Name]),
    /// Undoes an act.
    Undoing,
    /// Cannot be undone, on purpose.
    End,
    /// Takes nothing: an answer, a question, a count.
    Word,
}

/// Facts that may answer themselves for ever, because something else sets the pace; and what.
pub const PACED: &[(Name, &str)] =
    &[("StockCounted", "the machine asks for a balance once in so many facts of a task")];

/// The role of each fact, by service.
pub const ROLES: &[(Source, Name, Role)] = &[
    (Source::Order, "OrderAccepted", Role::Act(&["OrderCancelled"])),
    (Source::Order, "OrderRejected", Role::End),
    (Source::Order, "OrderConfirmed", Role::End),
    (Source::Order, "OrderCompleted", Role::End),
    (Source::Order, "OrderCancelled", Role::Undoing),
    (Source::Order, "OrderCancellationRefused", Role::Word),
    (Source::Inventory, "StockReserved", Role::Act(&["StockReleased"])),
    (Source::Inventory, "ReservationQueued", Role::Act(&["ReservationDropped", "StockRejected"])),
    (Source::Inventory, "StockRejected", Role::Undoing),
    (Source::Inventory, "ReservationDropped", Role::Undoing),
    (Source::Inventory, "StockReleased", Role::Undoing),
    (Source::Inventory, "StockShipped", Role::End),
    (Source::Inventory, "StockAdded", Role::Act(&["StockWrittenOff"])),
    (Source::Inventory, "StockWrittenOff", Role::Undoing),
    (Source::Inventory, "StockShortage", Role::Word),
    (Source::Inventory, "StockCorrectionRefused", Role::Word),
    (Source::Inventory, "StockCounted", Role::Word),
    (Source::Inventory, "StockRequested", Role::Act(&["StockDenied"])),
    (Source::Inventory, "StockRequestQueued", Role::Word),
    (Source::Inventory, "StockAllotted", Role::Act(&["StockReturned"])),
    (Source::Inventory, "StockDenied", Role::Undoing),
    (Source::Inventory, "StockRecalled", Role::Word),
    (Source::Inventory, "StockReturned", Role::Undoing),
    (Source::Inventory, "StockTakenBack", Role::Word),
    (Source::Inventory, "StockShelved", Role::Word),
    (Source::Inventory, "ProductPublished", Role::Act(&["ProductPublished"])),
    (Source::Payment, "PaymentStarted", Role::Act(&["PaymentFailed", "PaymentVoided"])),
    (Source::Payment, "PaymentCaptured", Role::Act(&["PaymentRefunded"])),
    (Source::Payment, "PaymentFailed", Role::Undoing),
    (Source::Payment, "PaymentVoided", Role::Undoing),
    (Source::Payment, "RefundStarted", Role::Word),
    (Source::Payment, "PaymentRefunded", Role::Undoing),
    (Source::Payment, "RefundFailed", Role::Word),
];
