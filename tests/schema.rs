//! Every record validates against the schema the program prints.

use std::fs;

use kohex::record::schema;
use kohex::source::{Choice, Folders};

use crate::EXTRACTOR;

#[test]
fn every_record_validates() {
    let validator = jsonschema::draft202012::new(&schema()).expect("a schema");
    let choice = Choice::new(&[], false, false).expect("a choice");
    let mut count = 0;
    for page in Folders::new(vec!["fixtures".into()], choice) {
        let page = page.expect("a page");
        let record =
            EXTRACTOR.read(&page.name, &fs::read(page.path().expect("a file")).expect("bytes")).expect("a record");
        let json = serde_json::to_value(&record).expect("json");
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {}", page.name, errors.join("; "));
        count += 1;
    }
    assert!(count >= 24, "{count} pages");
}

#[test]
fn what_is_no_record_does_not_validate() {
    let validator = jsonschema::draft202012::new(&schema()).expect("a schema");
    let record = EXTRACTOR.read("a.txt", "Il progetto costa in tutto 5.000 euro.".as_bytes()).expect("a record");
    let good = serde_json::to_value(&record).expect("json");
    assert!(validator.is_valid(&good));
    for (key, wrong) in [
        ("id", serde_json::Value::Null),
        ("start_date", "soon".into()),
        ("extra", 1.into()),
        ("schema", "kohex/2".into()),
    ] {
        let mut bad = good.clone();
        bad[key] = wrong;
        assert!(!validator.is_valid(&bad), "{key}");
    }
    let mut bad = good.clone();
    bad["mentions"][0]["role"] = "start".into();
    assert!(!validator.is_valid(&bad), "an amount cannot be a start");
    let mut short = good;
    short.as_object_mut().expect("an object").remove("country");
    assert!(!validator.is_valid(&short), "a key is missing");
}
