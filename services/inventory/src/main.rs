//! The inventory service as a process.

fn main() -> std::process::ExitCode {
    choreography::host::main(inventory::Flags::make)
}
