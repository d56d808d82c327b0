//! Records straight into a database.

use super::super::database::completed;
use super::super::import::{name, told};
use super::super::{Outcome, Refusal, remark};
use super::{Job, stream};
use crate::parallel::locked;
use crate::sink::database::{Access, Loader, Postgres, Run, Sqlite, Store, Url};
use crate::source::printable;

pub fn run(job: &Job<'_>, url: &Url) -> Result<Outcome, Refusal> {
    match url {
        Url::Sqlite(path) => into(job, url, Sqlite::open(path, Access::Load)?),
        Url::Postgres(target) => into(job, url, Postgres::open(&completed(target)?, Access::Load)?),
    }
}

fn into<S: Store>(job: &Job<'_>, url: &Url, store: Option<S>) -> Result<Outcome, Refusal> {
    let Some(store) = store else { return Err(Refusal(format!("{url}: cannot be opened"))) };
    let run = Run {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        patterns: Some(job.extractor.patterns().digest().to_owned()),
        input: job.args.paths.iter().map(|path| printable(path)).collect::<Vec<_>>().join(" "),
        // What pages say is not known before they are read, so a run that was broken off begins anew.
        input_digest: String::new(),
    };
    let loader = Loader::begin(store, &run, false, false)?;
    let tally = loader.tally();
    let outcome = stream::run(job, loader, &url.to_string());
    let tally = locked(&tally);
    name(&tally.refused);
    let refused = tally.refused.len() as u64;
    if outcome.is_err() || !job.common.quiet {
        remark(&told(url, &tally, refused, false));
    }
    Ok(match outcome? {
        Outcome::Done if refused > 0 => Outcome::SomeFailed,
        other => other,
    })
}
