//! `Faults`: what may go wrong for one member, decided by whoever simulates.

/// What becomes of a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitFate {
    /// It commits.
    Commit,
    /// It is aborted, and the client knows.
    Abort,
    /// It commits, but the answer is lost.
    UnknownApplied,
    /// It does not commit, and the answer is lost.
    UnknownAborted,
}

/// How a member can use its log wrongly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misuse {
    /// It does not.
    None,
    /// Its reader delivers records of open and aborted transactions too.
    ReadsUncommitted,
    /// After a commit without an answer its producer goes on as it is.
    KeepsProducer,
    /// Its transactional id is that of all members of the group.
    SharesTransactionalId,
    /// Every record and position stands as soon as it is written, and nothing is ever taken back.
    WritesThrough,
}

/// Decides the fate of one member's calls. All default to what a healthy broker does.
pub trait Faults: Send {
    /// What becomes of this commit.
    fn commit(&mut self) -> CommitFate {
        CommitFate::Commit
    }

    /// Whether this append is refused, which aborts the transaction.
    fn refuses_append(&mut self) -> bool {
        false
    }

    /// How many of `ready` records one poll brings (0: the network is slow).
    fn delivers(&mut self, ready: usize) -> usize {
        ready
    }

    /// Which of `inputs` inputs with records is read next: there is no order between partitions.
    fn picks(&mut self, _inputs: usize) -> usize {
        0
    }

    /// How the member's own clients are set up wrongly, which a proof must notice.
    fn misuse(&mut self) -> Misuse {
        Misuse::None
    }

    /// Whether a poll delivers some records of an input again, from so many offsets before its position.
    fn repeats(&mut self) -> i64 {
        0
    }
}

/// Nothing goes wrong.
pub struct NoFaults;

impl Faults for NoFaults {}
