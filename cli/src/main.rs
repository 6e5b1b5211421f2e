//! `orderctl`: the operator's hand, as a program.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    orderctl::main()
}
