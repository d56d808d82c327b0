//! What records hold and a file does not, for people.

/// How often something was left out, by why, each with the first example.
#[derive(Debug, Default)]
pub struct LeftOut(Vec<(&'static str, u64, String)>);

impl LeftOut {
    /// Counts what was left out for a reason.
    pub fn add(&mut self, why: &'static str, what: impl IntoIterator<Item = String>) {
        for example in what {
            match self.0.iter_mut().find(|(known, ..)| *known == why) {
                Some((_, count, _)) => *count += 1,
                None => self.0.push((why, 1, example)),
            }
        }
    }

    /// A line for each reason.
    pub fn told(&self) -> Vec<String> {
        self.0.iter().map(|(why, count, example)| format!("{why}: {count}, the first {example}")).collect()
    }
}
