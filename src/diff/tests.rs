//! What differs between two records, made by hand.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Changes, Summary, changes, names};
use crate::record::{Record, schema};

/// A record with a start, a budget and a warning, changed by hand.
fn record(change: impl FnOnce(&mut Json)) -> Record {
    let mention = |kind: &str, role: &str, value: Json, text: &str, start: u64| {
        let mut mention = json!({
            "kind": kind, "role": role, "value": value, "text": text, "start": start, "end": start + 10,
            "rule": format!("und/{kind}/test"), "mod": null, "document": 0,
        });
        if kind == "amount" {
            mention["currency"] = "EUR".into();
        }
        mention
    };
    let mut json = json!({
        "schema": "kohex/1", "id": "Q1", "id_source": "kohesio", "kind": "regional", "title": "Mill",
        "language": {"code": "en", "confidence": 1.0}, "other_languages": [], "start_date": "2021-03-01",
        "end_date": null, "published": null, "programming_period": null, "fund": null, "programme": null,
        "managing_authority": null, "beneficiary": null, "region": null, "country": null,
        "total_budget": {"amount": 1000.5, "currency": "EUR"}, "eu_contribution": null, "cofinancing_rate": null,
        "participants": null,
        "mentions": [
            mention("date", "other", json!("2021-03-01"), "1.3.2021", 10),
            mention("date", "start", json!("2021-03-01"), "1 March 2021", 30),
            mention("amount", "total_budget", json!(1000.5), "1 000.50 €", 60),
        ],
        "warnings": [{"code": "date.conflict", "message": "two starts", "mentions": [0, 1]}],
        "documents": [{
            "path": "mill.txt", "url": null, "media_type": "text/plain", "encoding": "UTF-8", "bytes": 100,
            "sha256": "0".repeat(64), "language": "en",
        }],
        "produced_by": {"version": "0.1.0", "patterns": "0000000000000000"},
    });
    change(&mut json);
    serde_json::from_value(json).expect("a record")
}

/// What differs from the record as it is, as JSON.
fn differs(change: impl FnOnce(&mut Json)) -> Json {
    json!(changes(&record(|_| {}), &record(change), &[]))
}

fn empty() -> Json {
    json!(Changes::default())
}

#[test]
fn a_field_is_told_with_the_mentions_of_both_values() {
    let told = differs(|json| {
        json["start_date"] = "2021-04".into();
        json["mentions"][1]["value"] = "2021-04".into();
        json["mentions"][1]["text"] = "April 2021".into();
    });
    let start = &told["fields"]["start_date"];
    assert_eq!((&start["old"], &start["new"]), (&json!("2021-03-01"), &json!("2021-04")));
    let evidence =
        |text: &str| json!({"text": text, "rule": "und/date/test", "path": "mill.txt", "start": 30, "end": 40});
    assert_eq!(start["old_evidence"], evidence("1 March 2021"), "not the mention of another role");
    assert_eq!(start["new_evidence"], evidence("April 2021"));
    assert_eq!(told["mentions"]["gone"][0]["text"], "1 March 2021");
    assert_eq!(told["mentions"]["new"][0]["text"], "April 2021");
    assert_eq!(told["mentions"]["new"][0]["path"], "mill.txt");
    assert_eq!(told["fields"].as_object().map(serde_json::Map::len), Some(1));
}

/// Noughts behind a decimal point, other patterns, and a text that one record has not are no difference.
#[test]
fn what_is_no_difference() {
    assert_eq!(
        differs(|json| {
            json["total_budget"]["amount"] = serde_json::from_str("1000.500").expect("a number");
            json["mentions"][2]["value"] = serde_json::from_str("1000.50").expect("a number");
            json["produced_by"]["patterns"] = "1111111111111111".into();
            json["text"] = "Mill".into();
        }),
        empty()
    );
}

#[test]
fn mentions_that_stand_elsewhere_have_neither_come_nor_gone() {
    let told = differs(|json| {
        for mention in json["mentions"].as_array_mut().expect("mentions") {
            mention["start"] = (mention["start"].as_u64().expect("a number") + 1).into();
        }
    });
    assert_eq!(told["mentions"], json!({"gone": [], "new": [], "moved": 3}));
    // One of two that are alike is gone, and the other one stays where it is.
    let twice = |json: &mut Json| {
        let mut again = json["mentions"][1].clone();
        again["start"] = 5.into();
        json["mentions"].as_array_mut().expect("mentions").insert(0, again);
    };
    let (old, new) = (record(twice), record(|_| {}));
    let mentions = changes(&old, &new, &[]).mentions;
    assert_eq!((mentions.apart.gone.len(), mentions.apart.new.len(), mentions.moved), (1, 0, 0));
    assert_eq!(mentions.apart.gone[0].mention.start, 5);
}

#[test]
fn warnings_and_documents_are_told() {
    let told = differs(|json| {
        json["warnings"][0]["message"] = "three starts".into();
        json["documents"][0]["sha256"] = "1".repeat(64).into();
    });
    assert_eq!(told["warnings"]["gone"][0]["message"], "two starts");
    assert_eq!(told["warnings"]["new"][0]["message"], "three starts");
    assert_eq!(told["documents"]["changed"][0]["new"]["sha256"], "1".repeat(64));
    let told = differs(|json| json["warnings"][0]["mentions"] = json!([1]));
    assert_eq!(told["warnings"]["new"][0]["mentions"], json!([1]), "the same mentions have the same numbers");
    let told = differs(|json| json["documents"][0]["path"] = "mill.html".into());
    assert_eq!(told["documents"]["gone"][0]["path"], "mill.txt");
    assert_eq!(told["documents"]["new"][0]["path"], "mill.html");
}

#[test]
fn a_text_is_compared_where_both_have_one() {
    let with = |text: &str| record(|json| json["text"] = text.into());
    let told = json!(changes(&with("one"), &with("two"), &[]));
    assert_eq!(told["fields"]["text"], json!({"old": "one", "new": "two", "old_evidence": null, "new_evidence": null}));
}

#[test]
fn nothing_but_what_is_asked_for_is_compared() {
    let other = record(|json| {
        json["title"] = "Weir".into();
        json["fund"] = "ERDF".into();
        json["warnings"] = json!([]);
    });
    let only = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        changes(&record(|_| {}), &other, &names).names().collect::<Vec<_>>()
    };
    assert_eq!(only(&[]), ["title", "fund", "warnings"]);
    assert_eq!(only(&["fund", "mentions"]), ["fund"]);
    assert_eq!(only(&["warnings"]), ["warnings"]);
    assert!(only(&["country"]).is_empty());
}

/// A key that the record gets one day is compared, or is left out here on purpose.
#[test]
fn every_key_of_the_record_is_compared() {
    let schema = schema();
    let keys: BTreeSet<&str> = schema["properties"].as_object().expect("keys").keys().map(String::as_str).collect();
    let compared: BTreeSet<&str> = names().chain(["schema", "id", "produced_by"]).collect();
    assert_eq!(keys, compared);
}

#[test]
fn counts_are_of_projects_and_of_parts() {
    let (old, new) = (record(|_| {}), record(|json| json["mentions"] = json!([])));
    let mut summary = Summary::default();
    summary.add(&changes(&old, &new, &[]));
    summary.add(&changes(&old, &old, &[]));
    assert_eq!((summary.changed, summary.same, summary.differs()), (1, 1, true));
    assert_eq!(summary.fields().collect::<Vec<_>>(), [("mentions", 1)]);
    assert_eq!(summary.mentions, [3, 0, 0]);
}
