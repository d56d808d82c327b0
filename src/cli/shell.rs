//! What shells ask of kohex: completions, manual page.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Outcome, Refusal, print};

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell to complete in
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<Outcome, Refusal> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "kohex", &mut script);
        print(|out| out.write_all(&script))
    }
}

/// The manual page, in roff.
pub fn man() -> Result<Outcome, Refusal> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    print(|out| out.write_all(&page))
}
