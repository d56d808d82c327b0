//! The program `kohex`: reads its arguments, runs a command, ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kohex::cli::main()
}
