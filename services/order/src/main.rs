//! The order service as a process.

fn main() -> std::process::ExitCode {
    choreography::host::main(order::Flags::make)
}
