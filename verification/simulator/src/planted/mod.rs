//! `Mistake`: what people get wrong in systems like this one, made on purpose, to see that the proof notices each.
//!
//! None stands in the product: services are misled from outside ([`Misled`]), the log is reached through clients that
//! misuse it, and what only the inside of the machine can get wrong needs the feature `planted`, off in what ships.

mod control;
mod hunt;
mod reader;
mod services;
mod sink;

use std::cell::Cell;

use choreography::memory::Misuse;
use events_schema::payments::FailureReason;
use payment::Answer;

pub use control::{Control, records_without, run_without};
pub use hunt::{Caught, Hunted, hunt, hunt_all};
pub(crate) use reader::Reader;
pub(crate) use services::Misled;
pub(crate) use sink::Writer;

/// A mistake, by its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mistake {
    /// Positions are committed first, what was said on them afterwards.
    OffsetsBeforeOutput,
    /// Positions are committed beside the transaction, whatever becomes of it.
    OffsetsOutsideTransaction,
    /// After an abort reading goes on where it was.
    AbortWithoutRewind,
    /// After an abort the state stays as it was.
    AbortWithoutUndo,
    /// After a commit without an answer the producer goes on as it is.
    ProducerKept,
    /// A fact gets a new id whenever it is said.
    FreshIds,
    /// What was decided before is decided again when it is asked again.
    DecideNotIdempotent,
    /// Pieces of an order that failed are not given back.
    ReleaseForgotten,
    /// Money of an order that failed is not given back.
    RefundForgotten,
    /// That an order was cancelled before its payment began is not remembered.
    VoidMarkDropped,
    /// No answer is taken for a no.
    TimeOutTakenForDecline,
    /// What is said stands in the order of a hash map.
    UnstableOrder,
    /// The time of a decision is read from a clock.
    WallClock,
    /// What cannot be read is skipped.
    PoisonSkipped,
    /// What is not committed is read too.
    ReadUncommitted,
    /// All processes of a service write under one transactional id.
    SharedTransactionalId,
    /// A process keeps the partitions of some topics when others get its tasks.
    StickyAssignment,
    /// A table is read on from where its last reader stood.
    TableFromCommitted,
    /// A deadline fires before everything is consumed that came before it.
    DeadlineBeforeDrain,
    /// A record is written under the customer's id in place of the order's.
    KeyOfWrongId,
    /// A share of a restock is taken for the answer to a request.
    PushTakenForAnswer,
    /// Pieces that cross a recall on their way home are taken for its answer.
    CrossingReturnTakenForAnswer,
    /// A shelf asks only for what it lacks.
    RequestNetOfOwnPieces,
    /// When a covered order is cancelled, the next in line is rejected in its place.
    SuccessorRejected,
    /// A recalled shelf believes that it may keep what it gets.
    RecallLeavesScarceUnset,
    /// A shelf that must send free pieces home keeps them.
    PiecesKeptOnScarceShelf,
    /// Pieces that came home are counted, but not recorded.
    TransferNotRecorded,
}

use Mistake::*;

impl Mistake {
    /// The one that every batch of seeds must catch: a subtle one, outside the machine.
    pub const CANARY: Mistake = SuccessorRejected;

    /// All of them.
    pub const ALL: [Mistake; 27] = [
        OffsetsBeforeOutput,
        OffsetsOutsideTransaction,
        AbortWithoutRewind,
        AbortWithoutUndo,
        ProducerKept,
        FreshIds,
        DecideNotIdempotent,
        ReleaseForgotten,
        RefundForgotten,
        VoidMarkDropped,
        TimeOutTakenForDecline,
        UnstableOrder,
        WallClock,
        PoisonSkipped,
        ReadUncommitted,
        SharedTransactionalId,
        StickyAssignment,
        TableFromCommitted,
        DeadlineBeforeDrain,
        KeyOfWrongId,
        PushTakenForAnswer,
        CrossingReturnTakenForAnswer,
        RequestNetOfOwnPieces,
        SuccessorRejected,
        RecallLeavesScarceUnset,
        PiecesKeptOnScarceShelf,
        TransferNotRecorded,
    ];

    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            OffsetsBeforeOutput => "offsets before output",
            OffsetsOutsideTransaction => "offsets outside the transaction",
            AbortWithoutRewind => "abort without rewind",
            AbortWithoutUndo => "abort without undo",
            ProducerKept => "producer kept after an unknown outcome",
            FreshIds => "fresh event ids on retry",
            DecideNotIdempotent => "decide not idempotent",
            ReleaseForgotten => "release forgotten",
            RefundForgotten => "refund forgotten",
            VoidMarkDropped => "void mark dropped",
            TimeOutTakenForDecline => "time-out taken for a decline",
            UnstableOrder => "unstable map order",
            WallClock => "wall clock in decide",
            PoisonSkipped => "poison skipped silently",
            ReadUncommitted => "read_uncommitted",
            SharedTransactionalId => "shared transactional id",
            StickyAssignment => "co-partitioning broken by sticky assignment",
            TableFromCommitted => "restore from the committed offset of a compacted table",
            DeadlineBeforeDrain => "deadline fired before the drain",
            KeyOfWrongId => "key of the wrong id",
            PushTakenForAnswer => "restock push taken for the answer",
            CrossingReturnTakenForAnswer => "crossing return taken for the answer to a recall",
            RequestNetOfOwnPieces => "request net of the shelf's own free",
            SuccessorRejected => "successor rejected in place of a cancelled order",
            RecallLeavesScarceUnset => "recall leaves scarce unset",
            PiecesKeptOnScarceShelf => "credits kept on a scarce shelf",
            TransferNotRecorded => "received transfer not recorded",
        }
    }

    /// Where it is planted.
    pub fn place(self) -> &'static str {
        match self {
            AbortWithoutUndo | FreshIds | DeadlineBeforeDrain => "inside the machine",
            OffsetsBeforeOutput | OffsetsOutsideTransaction | KeyOfWrongId | TransferNotRecorded => {
                "the sink"
            }
            AbortWithoutRewind | PoisonSkipped | StickyAssignment | TableFromCommitted => "the source",
            ProducerKept | ReadUncommitted | SharedTransactionalId => "the log's clients",
            UnstableOrder | WallClock => "decide of every service",
            DecideNotIdempotent => "decide of order and payment",
            ReleaseForgotten => "decide of inventory",
            RefundForgotten | VoidMarkDropped => "decide of payment",
            TimeOutTakenForDecline => "the line to the provider",
            PushTakenForAnswer
            | CrossingReturnTakenForAnswer
            | RequestNetOfOwnPieces
            | PiecesKeptOnScarceShelf => "decide of inventory",
            SuccessorRejected | RecallLeavesScarceUnset => "evolve of inventory",
        }
    }

    /// Whether it makes a history that cannot be told again: then every seed is run twice.
    fn is_unrepeatable(self) -> bool {
        matches!(self, FreshIds | UnstableOrder | WallClock)
    }

    fn misuse(self) -> Misuse {
        match self {
            ProducerKept => Misuse::KeepsProducer,
            ReadUncommitted => Misuse::ReadsUncommitted,
            SharedTransactionalId => Misuse::SharesTransactionalId,
            _ => Misuse::None,
        }
    }

    #[cfg(feature = "planted")]
    fn of_machine(self) -> Option<choreography::planted::Mistake> {
        use choreography::planted::Mistake as OfMachine;
        match self {
            AbortWithoutUndo => Some(OfMachine::AbortWithoutUndo),
            FreshIds => Some(OfMachine::FreshIds),
            DeadlineBeforeDrain => Some(OfMachine::DeadlineBeforeDrain),
            _ => None,
        }
    }
}

/// What is wrong on this thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Wrong {
    mistake: Option<Mistake>,
    control: Option<Control>,
}

thread_local! {
    static WRONG: Cell<Wrong> = const { Cell::new(Wrong { mistake: None, control: None }) };
    static DRAWN: Cell<u32> = const { Cell::new(0) };
}

/// What is wrong in the shops that are opened on this thread from now on.
fn plant(wrong: Wrong, run: u32) {
    WRONG.set(wrong);
    DRAWN.set(run * 1_000);
    #[cfg(feature = "planted")]
    choreography::planted::plant(wrong.mistake.and_then(Mistake::of_machine), run as usize * 1_000);
}

/// Whether nothing is wrong on this thread.
pub(crate) fn is_sound() -> bool {
    WRONG.get() == Wrong::default()
}

/// The mistake that is made on this thread.
pub(crate) fn mistake() -> Option<Mistake> {
    WRONG.get().mistake
}

/// Whether this mistake is made on this thread.
pub(crate) fn makes(mistake: Mistake) -> bool {
    WRONG.get().mistake == Some(mistake)
}

/// Whether this wall is missing on this thread.
pub(crate) fn lacks(control: Control) -> bool {
    WRONG.get().control == Some(control)
}

/// How the clients of this thread's shops misuse the log.
pub(crate) fn misuse() -> Misuse {
    match lacks(Control::NoTransactions) {
        true => Misuse::WritesThrough,
        false => mistake().map_or(Misuse::None, Mistake::misuse),
    }
}

/// What a caller says that takes no answer for a no.
pub(crate) fn no_for_no_answer() -> Answer {
    Answer::Declined { reason: FailureReason::Declined, reference: None }
}

/// What is different whenever it is asked for, as a clock's or a hash map's word is.
pub(crate) fn draw() -> u32 {
    DRAWN.set(DRAWN.get() + 1);
    DRAWN.get()
}
