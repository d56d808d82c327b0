//! Several pages of one project, several projects on one page, and runs into a folder of shards.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::kohex;

fn run(arguments: &[&str]) -> Output {
    kohex().args(arguments).output().expect("runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn records(output: &[u8]) -> Vec<Value> {
    let lines = output.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("a record a line")).collect()
}

fn index(number: &Value) -> usize {
    number.as_u64().and_then(|number| usize::try_from(number).ok()).expect("an index")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// A folder of pages by name.
fn folder(pages: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, page) in pages {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, page).expect("written");
    }
    folder
}

const ENGLISH: &str = "Orchards for all\nStart date: 1 March 2019\nTotal budget: 100,000.00 EUR\n\
                       The project trains 40 young people in pruning. https://kohesio.ec.europa.eu/en/projects/Q7654321";
const ITALIAN: &str = "Frutteti per tutti\nData di inizio: 1 marzo 2019\nData di fine: 31 dicembre 2021\n\
                       Costo totale: 120.000,00 €\nIl progetto insegna la potatura a 40 giovani. \
                       https://kohesio.ec.europa.eu/it/progetti/Q7654321";

#[test]
fn pages_of_one_item_are_one_record_and_say_where_they_differ() {
    let folder = folder(&[("a/it.txt", ITALIAN), ("b/en.txt", ENGLISH), ("c.txt", "Costo totale: 5 €")]);
    let records = records(&run(&["extract", "-q", text(folder.path())]).stdout);
    let ids: Vec<&str> = records.iter().filter_map(|record| record["id"].as_str()).collect();
    assert_eq!(ids, ["c.txt", "Q7654321"], "the projects of Kohesio stand behind all others");
    let project = &records[1];
    assert_eq!(project["title"], "Orchards for all", "the English page comes first");
    assert_eq!(project["end_date"], "2021-12-31", "what it does not say the next one does");
    assert_eq!(project["total_budget"]["amount"].to_string(), "100000");
    assert_eq!(project["participants"], 40);
    let paths: Vec<&Value> = project["documents"].as_array().expect("a list").iter().map(|d| &d["path"]).collect();
    assert_eq!(paths, ["b/en.txt", "a/it.txt"]);
    let conflict = &project["warnings"][0];
    assert_eq!(conflict["code"], "amount.conflict");
    let mentions = conflict["mentions"].as_array().expect("a list");
    let said: Vec<&Value> = mentions.iter().map(|i| &project["mentions"][index(i)]["text"]).collect();
    assert_eq!(said, ["100,000.00 EUR", "120.000,00 €"]);
    assert_eq!(project["warnings"].as_array().map(Vec::len), Some(1), "{}", project["warnings"]);
}

#[test]
fn pages_stay_apart_where_the_user_wants_it() {
    let folder = folder(&[("a/it.txt", ITALIAN), ("b/en.txt", ENGLISH)]);
    let records = records(&run(&["extract", "-q", "--no-merge", text(folder.path())]).stdout);
    let paths: Vec<&Value> = records.iter().map(|record| &record["documents"][0]["path"]).collect();
    assert_eq!(paths, ["a/it.txt", "b/en.txt"]);
    assert!(records.iter().all(|record| record["id"] == "Q7654321"));
}

#[test]
fn a_page_that_lists_projects_gives_one_record_each() {
    let page = "Projects of the valley\nFund: ERDF\n\n\
                Bridge of Ombra\nStart date: 1 March 2019\nEnd date: 30 June 2020\nTotal cost: 50,000 EUR\n\n\
                School of Salice\nStart date: 1 May 2021\nEnd date: 31 May 2022\nTotal cost: 70,000 EUR\n";
    let folder = folder(&[("list.txt", page)]);
    let records = records(&run(&["extract", "-q", "--text", text(folder.path())]).stdout);
    let facts: Vec<[&Value; 4]> =
        records.iter().map(|r| [&r["id"], &r["title"], &r["start_date"], &r["total_budget"]["amount"]]).collect();
    assert_eq!(facts[0].map(Value::to_string), ["\"list.txt#1\"", "\"Bridge of Ombra\"", "\"2019-03-01\"", "50000"]);
    assert_eq!(facts[1].map(Value::to_string), ["\"list.txt#2\"", "\"School of Salice\"", "\"2021-05-01\"", "70000"]);
    assert!(records.iter().all(|record| record["fund"] == "ERDF"), "what stands above the list holds for all");
    for record in &records {
        let characters: Vec<char> = record["text"].as_str().expect("the text").chars().collect();
        for mention in record["mentions"].as_array().expect("a list") {
            let at = |key: &str| index(&mention[key]);
            let marked: String = characters[at("start")..at("end")].iter().collect();
            assert_eq!(mention["text"], marked, "evidence stands where it says");
        }
    }
}

#[test]
fn facts_told_twice_or_by_partners_are_one_project() {
    let twice = "Start date: 1 March 2019\nTotal cost: 5 EUR\n\nStart date: 1 March 2019\nTotal cost: 5 EUR\n";
    let partners = "Start date: 1 March 2019\nBeneficiary: Town of Ombra\nTotal cost: 50,000 EUR\n\n\
                    Beneficiary: Town of Salice\nTotal cost: 20,000 EUR\n";
    let folder = folder(&[("partners.txt", partners), ("twice.txt", twice)]);
    let records = records(&run(&["extract", "-q", text(folder.path())]).stdout);
    let ids: Vec<&str> = records.iter().filter_map(|record| record["id"].as_str()).collect();
    assert_eq!(ids, ["partners.txt", "twice.txt"]);
}

#[test]
fn standard_input_is_a_page_or_a_page_a_line() {
    use std::io::Write;
    let answer = |arguments: &[&str], input: &str| {
        let mut child = kohex()
            .args(arguments)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("runs");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
        child.wait_with_output().expect("ends")
    };
    let one = answer(&["extract", "-"], "Total cost: 5,000 EUR\nStart date: 1 March 2019");
    assert_eq!(records(&one.stdout)[0]["start_date"], "2019-03-01");
    let lines = "{\"id\":\"7\",\"url\":\"https://example.org/7\",\"text\":\"Total cost: 5,000 EUR\"}\n\nno json\n\
                 {\"text\":\"Start date: 1 March 2019\"}";
    let many = answer(&["extract", "--jsonl", "-"], lines);
    assert_eq!(many.status.code(), Some(1), "{}", told(&many));
    let answers = records(&many.stdout);
    assert_eq!((&answers[0]["id"], &answers[0]["id_source"]), (&Value::from("7"), &Value::from("input")));
    assert_eq!(answers[0]["documents"][0]["url"], "https://example.org/7");
    assert_eq!(answers[1]["reject"]["class"], "damaged");
    assert_eq!(answers[2]["start_date"], "2019-03-01");
}

/// Every file of a folder with its bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut all: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("an entry"))
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), fs::read(entry.path()).expect("bytes")))
        .collect();
    all.sort();
    all
}

#[test]
fn a_folder_of_shards_is_gone_on_with_and_the_same_in_the_end() {
    let pages: Vec<(String, String)> = (0..60)
        .map(|i| match i % 3 {
            0 => (format!("en/{i}.txt"), ENGLISH.replace("Q7654321", &format!("Q70000{i:02}"))),
            1 => (format!("it/{i}.txt"), ITALIAN.replace("Q7654321", &format!("Q70000{:02}", i - 1))),
            _ => (format!("other/{i}.txt"), format!("Costo totale: {i}.000 €")),
        })
        .collect();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(name, page)| (name.as_str(), page.as_str())).collect();
    let input = folder(&pages);
    fs::write(input.path().join("other/broken.txt"), b"\0\0\x01\x02").expect("written");
    let place = tempfile::tempdir().expect("a folder");
    for compress in [&[][..], &["--compress"]] {
        let (out, again) = (place.path().join("out"), place.path().join("again"));
        let extract = |to: &Path| {
            let to = format!("{}/", to.display());
            let done = run(&[&["extract", text(input.path()), "-o", to.as_str()], compress].concat());
            assert_eq!(done.status.code(), Some(1), "{}", told(&done));
            told(&done)
        };
        extract(&out);
        let whole = contents(&out);
        // What a run leaves that was broken off between a file and its line: the file, no line, half a line.
        extract(&again);
        let listed = fs::read_to_string(again.join("manifest.jsonl")).expect("a manifest");
        let first: Vec<&str> = listed.lines().take(1).collect();
        fs::write(again.join("manifest.jsonl"), format!("{}\n{{\"kind\":\"pages\",\"sha", first[0])).expect("written");
        fs::write(again.join(".kohex-abc.tmp"), "half").expect("written");
        assert_eq!(run(&["verify", text(&again)]).status.code(), Some(1));
        assert_eq!(run(&["status", text(&again)]).status.code(), Some(1));
        extract(&again);
        assert_eq!(contents(&again), whole);
        let nothing = extract(&again);
        assert!(nothing.contains("61 pages were read by an earlier run"), "{nothing}");
        assert_eq!(contents(&again), whole);
        let proof = run(&["verify", text(&again)]);
        assert_eq!(proof.status.code(), Some(0), "{}", String::from_utf8_lossy(&proof.stdout));
        assert_eq!(run(&["status", text(&again)]).status.code(), Some(0));
        let part = whole.iter().map(|(name, _)| name).find(|name| name.starts_with("part-")).expect("a shard");
        let damaged = fs::read(again.join(part)).expect("bytes");
        fs::write(again.join(part), &damaged[..damaged.len() - 9]).expect("written");
        assert_eq!(run(&["verify", text(&again)]).status.code(), Some(1));
        fs::remove_dir_all(&again).expect("removed");
        fs::remove_dir_all(&out).expect("removed");
    }
}

#[test]
fn a_folder_of_others_is_left_alone() {
    let input = folder(&[("a.txt", "Costo totale: 5 €")]);
    let other = folder(&[("letter.txt", "Dear all")]);
    let refused = run(&["extract", text(input.path()), "-o", text(other.path())]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("expected a new folder"), "{}", told(&refused));
    assert_eq!(contents(other.path()).len(), 1);
}

#[test]
fn columns_of_tables_are_known_by_their_headings_or_as_the_user_says() {
    let table = "Name of operation;Start date;Kosten gesamt\nBridge of Ombra;01/03/2019;50000.50\n\
                 School of Salice;01/05/2021;70000\n";
    let folder = folder(&[("list.csv", table)]);
    let facts = |arguments: &[&str]| -> Vec<Value> {
        let all = [&["extract", "-q", text(folder.path())], arguments].concat();
        let records = records(&run(&all).stdout);
        assert!(records.iter().all(|record| record["kind"] == "row"));
        let of = |r: &Value| serde_json::json!([r["id"], r["title"], r["start_date"], r["total_budget"]["amount"]]);
        records.iter().map(of).collect()
    };
    let known = facts(&[]);
    assert_eq!(known[0].to_string(), r#"["list.csv#1","Bridge of Ombra","2019-03-01",null]"#);
    let said = facts(&["--map", "kosten gesamt=total_budget"]);
    assert_eq!(said[0].to_string(), r#"["list.csv#1","Bridge of Ombra","2019-03-01",50000.5]"#);
    assert_eq!(said[1].to_string(), r#"["list.csv#2","School of Salice","2021-05-01",70000]"#);
    let wrong = run(&["extract", "--map", "x=colour", text(folder.path())]);
    assert!(told(&wrong).contains("expected one of the columns id url title"), "{}", told(&wrong));
}
