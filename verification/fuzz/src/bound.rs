//! What a door may take from the heap for what came in.

use allocation_counter::measure;

/// So many bytes of the heap for one byte that came in: a list of small numbers grows tenfold when it is parsed.
const TIMES: usize = 64;
/// What is taken whatever came in: tables made once, buffers, the words of a refusal.
const BESIDES: usize = 1 << 20;

/// Does the work, and refuses it if it held more of the heap at once than its input accounts for.
pub(crate) fn bounded<T>(input: usize, work: impl FnOnce() -> T) -> T {
    let mut done = None;
    let held = measure(|| done = Some(work())).bytes_max;
    let most = (input * TIMES + BESIDES) as u64;
    assert!(held <= most, "{held} bytes of heap for {input} bytes of input; {most} is the most");
    done.unwrap_or_else(|| unreachable!("what is measured is done"))
}
