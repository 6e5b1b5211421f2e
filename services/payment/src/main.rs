//! The payment service as a process.

fn main() -> std::process::ExitCode {
    choreography::host::main(payment::Flags::make)
}
