//! The pattern files: their examples hold, and wrong files are refused with place, expectation and caret.

use std::fs;

use kohex::check::examples;
use kohex::patterns::Patterns;
use kohex::pipeline::{Extractor, Options};

use crate::EXTRACTOR;

#[test]
fn examples_hold() {
    let (count, differences) = examples(&EXTRACTOR).expect("patterns compile");
    let all: Vec<String> = differences.iter().map(|d| format!("{}: {}", d.place, d.message)).collect();
    assert!(all.is_empty(), "{}", all.join("\n\n"));
    assert!(count > 300, "{count} examples");
}

/// The example of `patterns/README.md` is a whole file: it loads, and its examples hold.
#[test]
fn the_documented_example_runs() {
    let readme = fs::read_to_string("patterns/README.md").expect("patterns/README.md");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("eo.toml"), example).expect("written");
    let extractor = Extractor::new(Patterns::overlaid(folder.path()).expect("the example loads"), Options::default())
        .expect("its words are read");
    let (_, differences) = examples(&extractor).expect("the example compiles");
    assert!(differences.is_empty(), "{differences:?}");
    let found = extractor
        .found_in("La projekto daŭras de la 3-a de majo 2019 kaj instruas 120 lernantojn.", "eo")
        .expect("read");
    let values: Vec<String> = found.iter().map(|f| f.value.to_string()).collect();
    assert_eq!(values, ["2019-05-03", "120 students"]);
}

#[test]
fn wrong_files_say_where_and_what() {
    let head = "language = \"xx\"\nname = \"x\"\n";
    for (source, expected) in [
        ("language = \"yy\"\nname = \"y\"\n", "xx.toml:1:12: expected \"xx\" as the file is named, found \"yy\""),
        ("[[rule]]\nid = \"date/a\"\npattern = \"{dya}\"\n", "xx.toml:5:12: expected a slot, found {dya}"),
        (
            "[[rule]]\nid = \"date/a\"\npattern = \"{day\"\n",
            "xx.toml:5:12: expected '}' after a slot's name, found the end of the pattern",
        ),
        (
            "[[rule]]\nid = \"when/a\"\npattern = \"{day}\"\n",
            "xx.toml:4:6: expected an id like date/day-month_name-year, found when/a",
        ),
        ("[words.scale]\nmany = [\"mila\"]\n", "xx.toml:4:9: expected a number in [words.scale], found many"),
        ("[words.month_name]\n1 = [\"a\"]\n", "xx.toml: expected 12 months in [words.month_name], found 1"),
        ("[words.people]\nwomen = [\"ina\"]\nmen = [\"ina\"]\n", "expected one value for 'ina', found men and women"),
        (
            "[words.people]\nwomen = [\"[a][b][c][d][e][f][g][h][i][j][k][l][m][n][o]\"]\n",
            "expected at most 20000 texts, found 32768",
        ),
        ("[words.people]\nwomen = [\"l’ina\"]\n", "expected plain characters, found '’'"),
        (
            "[[cue]]\nkind = \"date\"\nrole = \"share\"\nbefore = [\"x\"]\nexamples = []\n",
            "expected a role of date, found share",
        ),
        ("[wrods.people]\n", "xx.toml:3:2: unknown field `wrods`"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let text = if source.starts_with("language") { source.to_owned() } else { format!("{head}{source}") };
        fs::write(folder.path().join("xx.toml"), text).expect("written");
        let error = Patterns::overlaid(folder.path()).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "expected {expected}\nfound {error}");
        assert!(error.contains('^') || error.contains("12 months"), "no caret: {error}");
    }
}

#[test]
fn a_folder_without_patterns_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Patterns::overlaid(folder.path()).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(error.contains("expected pattern files, found none"), "{error}");
}

/// Records made with other patterns say so.
#[test]
fn digests_follow_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("xx.toml"), "language = \"xx\"\nname = \"x\"\n").expect("written");
    let overlaid = Patterns::overlaid(folder.path()).expect("loads");
    assert_ne!(overlaid.digest(), EXTRACTOR.patterns().digest());
    assert_eq!(overlaid.digest(), Patterns::overlaid(folder.path()).expect("loads").digest());
}
