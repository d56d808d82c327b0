//! One pretty-printed JSON file a project, in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Sink;
use super::json_lines::{keep, temporary};
use crate::record::Record;

/// `<id>.json` for every record.
pub struct Each {
    folder: PathBuf,
    /// Names given so far, folded as file systems that ignore case fold them, each with the last number behind it.
    given: BTreeMap<String, usize>,
}

impl Each {
    /// Writes into `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Each { folder: folder.to_owned(), given: BTreeMap::new() })
    }

    /// A name no project before has: the id made safe, and a number where two ids come out the same.
    fn name(&mut self, id: &str) -> String {
        let safe = file_name(id);
        let folded = safe.to_lowercase();
        let mut number = self.given.get(&folded).copied().unwrap_or(0);
        loop {
            number += 1;
            let name = if number == 1 { safe.clone() } else { format!("{safe}~{number}") };
            if number == 1 || !self.given.contains_key(&name.to_lowercase()) {
                self.given.insert(folded, number);
                self.given.entry(name.to_lowercase()).or_insert(1);
                return name;
            }
        }
    }
}

impl Sink for Each {
    type Item = (String, Vec<u8>);

    fn encoder(&self) -> fn(&Record) -> Self::Item {
        |record| {
            let mut json = serde_json::to_vec_pretty(record).unwrap_or_default();
            json.push(b'\n');
            (record.id.clone(), json)
        }
    }

    fn of_line(&self, line: Vec<u8>) -> io::Result<Self::Item> {
        Ok(self.encoder()(&serde_json::from_slice(&line)?))
    }

    fn write(&mut self, (id, json): Self::Item) -> io::Result<()> {
        let name = self.name(&id);
        let path = self.folder.join(format!("{name}.json"));
        let mut file = temporary(&path)?;
        file.write_all(&json)?;
        keep(file, &path)
    }

    fn finish(self) -> io::Result<()> {
        Ok(())
    }
}

/// Longer names are refused by common file systems (255 bytes with the ending).
const LONGEST: usize = 200;

/// An id as a file name on any common system: separators and what Windows forbids become `_`, and a name that would
/// be hidden, reserved or too long is changed.
fn file_name(id: &str) -> String {
    let mut name: String =
        id.chars()
            .map(|c| {
                if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                    '_'
                } else {
                    c
                }
            })
            .collect();
    name.truncate(name.floor_char_boundary(LONGEST));
    let trimmed = name.trim_end_matches(['.', ' ']).len();
    name.truncate(trimmed);
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let port = (stem.starts_with("COM") || stem.starts_with("LPT")) && stem.len() == 4;
    if name.is_empty() || name.starts_with('.') || port || ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) {
        name.insert(0, '_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_everywhere() {
        for (id, name) in [
            ("Q87487", "Q87487"),
            ("a/b: c?.txt", "a_b_ c_.txt"),
            ("../x", "_.._x"),
            ("con.txt", "_con.txt"),
            ("", "_"),
            ("x. .", "x"),
        ] {
            assert_eq!(file_name(id), name);
        }
        assert_eq!(file_name(&"è".repeat(300)).len(), LONGEST);
    }

    #[test]
    fn no_two_projects_share_a_name_whatever_the_case() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut each = Each::new(folder.path()).expect("a sink");
        assert_eq!(each.name("a/b.txt"), "a_b.txt");
        assert_eq!(each.name("A_B.txt"), "A_B.txt~2");
        assert_eq!(each.name("a_b.txt"), "a_b.txt~3");
    }
}
