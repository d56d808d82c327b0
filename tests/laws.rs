//! Laws that hold for every input: evidence is where it says, threads and walk order change nothing, no bytes panic.

use std::fs;
use std::path::Path;

use kohex::record::Record;
use kohex::source::{Choice, Folders, Limits};
use proptest::prelude::*;
use rand_free::Shuffle;

use crate::{EXTRACTOR, kohex};

/// `text[start..end]` in code points is the mention, mentions are in order and none overlaps the next.
fn evidence_holds(record: &Record) {
    let text: Vec<char> = record.text.as_deref().unwrap_or_default().chars().collect();
    let mut last = 0;
    for mention in &record.mentions {
        let (evidence, start, end) = (mention.text.as_str(), mention.start, mention.end);
        assert_eq!(text.get(start..end).map(|c| c.iter().collect::<String>()).as_deref(), Some(evidence));
        assert!(start >= last, "{evidence:?} overlaps the one before");
        last = end;
    }
    for warning in &record.warnings {
        assert!(warning.mentions.iter().all(|&i| i < record.mentions.len()), "{warning:?}");
    }
}

#[test]
fn evidence_stands_where_it_says() {
    for page in Folders::new(vec!["fixtures".into()], Choice::new(&[], false, false).expect("a choice")) {
        let page = page.expect("a page");
        evidence_holds(
            &EXTRACTOR.read(&page.name, &fs::read(page.path().expect("a file")).expect("bytes")).expect("a record"),
        );
    }
}

/// Bits of pages, good and broken, that proptest puts together.
fn soup() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "1",
        "31",
        "2024",
        "1.234",
        "5\u{202f}116\u{202f}983,64",
        "\u{a0}€",
        "%",
        " ",
        "\n",
        ".",
        ",",
        "-",
        "–",
        "/",
        ":",
        "(",
        ")",
        "o ",
        "°",
        "gennaio",
        "May",
        "dal ",
        " al ",
        " to ",
        "from ",
        "di cui ",
        "of which ",
        " persone",
        " people",
        "donne",
        "milioni di euro",
        "bn",
        "€",
        "EUR ",
        "Data di inizio: ",
        "Total budget | ",
        "n. ",
        "L.R. ",
        "art. ",
        "duecentoquaranta",
        "twenty-five",
        "’",
        "e\u{301}",
        "\u{ad}",
        "\u{200b}",
        "\u{fffd}",
        "\r\n",
        "|",
        "\t",
        "è",
        "Il progetto ",
        "project",
        "half a ",
        "mid-",
        "ore 12.00",
        "Flag of ",
        "Q87487",
    ]);
    prop::collection::vec(bits, 0..60).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evidence_holds_on_any_text(text in soup()) {
        for code in ["it", "en", "und"] {
            EXTRACTOR.found_in(&text, code).expect("patterns compile");
        }
        let record = EXTRACTOR.read("soup.txt", text.as_bytes());
        evidence_holds(&record.expect("text without NUL is read"));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        match EXTRACTOR.read("bytes.txt", &bytes) {
            Ok(record) => evidence_holds(&record),
            Err(failed) => prop_assert!(failed.message.contains("binary")),
        }
    }

    #[test]
    fn the_same_bytes_give_the_same_record(text in soup()) {
        let read = || EXTRACTOR.read("soup.txt", text.as_bytes()).map(|r| serde_json::to_string(&r).expect("json"));
        prop_assert_eq!(read(), read());
    }
}

/// Copies the fixtures in some order under other names, in folders that sort differently from how they were made.
fn scattered(folder: &Path, seed: u64) {
    let choice = Choice::new(&[], false, false).expect("a choice");
    let mut pages: Vec<_> = Folders::new(vec!["fixtures".into()], choice).map(|page| page.expect("a page")).collect();
    pages.shuffle(seed);
    for page in pages {
        let path = folder.join(&page.name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::copy(page.path().expect("a file"), path).expect("copied");
    }
}

#[test]
fn threads_and_walk_order_change_nothing() {
    let outputs: Vec<Vec<u8>> = [(1, "1"), (2, "2"), (3, "8")]
        .into_iter()
        .map(|(seed, threads)| {
            let folder = tempfile::tempdir().expect("a folder");
            scattered(folder.path(), seed);
            let run = kohex().args(["extract", "--text", "-j", threads]).arg(folder.path()).output().expect("runs");
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
            run.stdout
        })
        .collect();
    assert!(!outputs[0].is_empty());
    assert!(outputs[0] == outputs[1] && outputs[1] == outputs[2], "outputs differ");
    let paths: Vec<String> = outputs[0]
        .split(|&b| b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_slice::<serde_json::Value>(line).expect("json")["documents"][0]["path"].to_string()
        })
        .collect();
    assert!(paths.is_sorted(), "{paths:?}");
}

/// Modules use those below them in the architecture's table and no others.
#[test]
fn imports_point_down() {
    const ORDER: &str =
        "cli check diff sink pipeline tables record normalize scan language patterns text source decode";
    let level = |module: &str| ORDER.split(' ').position(|m| m == module);
    for (module, path) in modules(Path::new("src")) {
        let Some(own) = level(&module) else { continue };
        let source = fs::read_to_string(&path).expect("source");
        for used in source
            .split("crate::")
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next())
        {
            if let Some(other) = level(used) {
                assert!(other >= own, "{}: {module} uses {used}, which is above it", path.display());
            }
        }
    }
}

/// Below the command line nothing prints, reads the clock or the environment.
#[test]
fn only_the_command_line_prints_or_asks_the_time() {
    for (module, path) in modules(Path::new("src")) {
        let tests = path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs");
        if module == "cli" || module == "main" || tests {
            continue;
        }
        let source = fs::read_to_string(&path).expect("source");
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        for word in ["println!", "Instant::now", "SystemTime", "env::var", "env::args"] {
            assert!(!code.contains(word), "{}: {word}", path.display());
        }
    }
}

fn modules(folder: &Path) -> Vec<(String, std::path::PathBuf)> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("an entry");
        let below = entry.path().strip_prefix(folder).expect("below");
        let first = below.components().next().map(|c| c.as_os_str().to_string_lossy().into_owned());
        if let (Some(first), true) = (first, entry.path().extension().is_some_and(|e| e == "rs")) {
            all.push((first.trim_end_matches(".rs").to_owned(), entry.path().to_owned()));
        }
    }
    assert!(!all.is_empty());
    all
}

mod rand_free {
    /// A shuffle that is the same every time.
    pub trait Shuffle {
        fn shuffle(&mut self, seed: u64);
    }

    impl<T> Shuffle for Vec<T> {
        fn shuffle(&mut self, seed: u64) {
            let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            for i in (1..self.len()).rev() {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let other = usize::try_from(state % (i as u64 + 1)).unwrap_or(0);
                self.swap(i, other);
            }
        }
    }
}

#[test]
fn a_record_is_read_as_it_is_written() {
    let choice = Choice::new(&[], false, false).expect("a choice");
    for page in Folders::new(vec!["fixtures".into()], choice) {
        let page = page.expect("a page");
        for record in EXTRACTOR.read_from(&page, &Limits::default()).expect("records") {
            let line = record.line();
            let read: Record = serde_json::from_slice(&line).expect("a record");
            assert_eq!(read.line(), line, "{}", record.id);
        }
    }
}
