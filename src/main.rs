//! The program `kohex`: reads its arguments, runs a command, ends with its exit code.

use std::process::ExitCode;

// A page is read into hundreds of small pieces, which this allocates in less time than the system's: see DESIGN.md.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    kohex::cli::main()
}
