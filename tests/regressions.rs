//! Faults that were, each with the least text that showed it.

use kohex::record::Record;

use crate::EXTRACTOR;

fn read(text: &str) -> Record {
    EXTRACTOR.read("page.txt", text.as_bytes()).expect("text")
}

fn values(text: &str, code: &str) -> Vec<String> {
    EXTRACTOR.found_in(text, code).expect("patterns").iter().map(|f| format!("{} {}", f.value, f.role)).collect()
}

const KOHESIO: &str = "Kohesio: discover EU projects in your region\n\nproject info\nStart date: 1 March 2017\n\
    End date: 31 August 2019\nfunding\nFund: ESF+\nTotal budget: 412\u{202f}350,00\u{a0}€\n\
    EU contribution: 206\u{202f}175,00\u{a0}€ (50%)\nprogramme\nProgramming period: 2021-2027\n\n";

#[test]
fn a_title_that_begins_like_a_label_is_a_title() {
    for title in ["Fund for the development of the region", "Total budget transparency", "Programme for schools"] {
        let record =
            read(&format!("{KOHESIO}{title}\n\nThe works begin. Total budget: 5 000 000 PLN. They will end soon."));
        assert_eq!(record.title.as_deref(), Some(title));
        assert!(record.warnings.is_empty(), "{:?}", record.warnings);
    }
}

#[test]
fn a_blank_line_is_no_menu_and_a_fact_is_no_title() {
    let record = read(
        "Bridges for all\n\nStart date 1 June 2018\nEnd date 31 May 2022\n\nThe project builds bridges in the valley.",
    );
    assert_eq!(record.title.as_deref(), Some("Bridges for all"));
    assert_eq!((record.start_date.as_deref(), record.end_date.as_deref()), (Some("2018-06-01"), Some("2022-05-31")));
}

#[test]
fn a_year_before_an_amount_is_no_amount() {
    assert_eq!(values("2017 € 120.000,00", "it"), ["120000 EUR other"]);
    assert_eq!(values("100 € 2 000 €", "it"), ["100 EUR other", "2000 EUR other"]);
}

#[test]
fn a_ceiling_is_no_budget() {
    let record =
        read("Il contributo copre il 40% della spesa ammissibile, fino a un massimo di 150.000 euro per impresa.");
    assert_eq!(record.total_budget, None);
}

#[test]
fn scale_words_are_no_number_of_their_own_behind_figures() {
    assert_eq!(values("spese 7 mila miliardi di lire", "it"), ["7000000000000 ITL cost"]);
}

#[test]
fn a_part_of_the_inhabitants_is_not_reached() {
    let record = read("The municipality has 4 500 inhabitants, of whom 1 200 are over 65, and a lake with a shore.");
    assert_eq!(record.participants, None);
}

#[test]
fn a_list_in_brackets_ends_with_them() {
    let found = values("640 students (210 girls) and 48 teachers take part in the project", "en");
    assert_eq!(found, ["640 students participants", "210 children subset", "48 teachers participants"]);
}

#[test]
fn words_of_a_sentence_are_no_label() {
    let record = read(
        "Il personale del progetto: un coordinatore e 14 assistenti. Sarà attuato il progetto: servizi per tutti.",
    );
    assert_eq!(record.title, None);
}

#[test]
fn a_minus_is_part_of_the_evidence() {
    let record = read("Il saldo del progetto è di -1.500,00 € per l'anno in corso.");
    let mention = serde_json::to_value(&record.mentions[0]).expect("json");
    assert_eq!((mention["value"].to_string().as_str(), mention["text"].as_str()), ("-1500", Some("-1.500,00 €")));
}

#[test]
fn a_full_stop_behind_a_value_or_its_year_word_ends_the_sentence() {
    // The cue of the second sentence must not reach back into the first.
    let two = values("Projekt rozpoczął się w maju 2019 r. Zakończenie: 3 lipca 2021 r.", "pl");
    assert_eq!(two.first().map(String::as_str), Some("2019-05 start"));
    assert_eq!(
        values("Das Projekt endete am 3. Mai 2019. Beginn war 2017.", "de").first().map(String::as_str),
        Some("2019-05-03 end")
    );
}

#[test]
fn a_range_goes_on_behind_a_full_stop_but_not_into_the_next_sentence() {
    assert_eq!(values("od 1. siječnja 2020. do 31. prosinca 2021.", "hr"), ["2020-01-01 start", "2021-12-31 end"]);
    let two = values("El curso terminó a finales de 2020. Hasta 2027 se crearán plazas.", "es");
    assert!(!two.contains(&"2020 start".to_owned()), "{two:?}");
}

#[test]
fn the_eligible_cost_beside_the_total_is_a_part_of_it_and_alone_it_is_the_total() {
    let both = read("Ukupna vrijednost projekta: 200.000,00 EUR\nUkupno prihvatljivi troškovi: 150.000,00 EUR\n");
    let total = both.total_budget.map(|sum| sum.amount.0.to_string());
    assert_eq!(total.as_deref(), Some("200000"));
    assert!(both.warnings.iter().all(|warning| warning.code.name() != "amount.conflict"), "{:?}", both.warnings);
    let alone = read("Ukupno prihvatljivi troškovi: 150.000,00 EUR\n");
    assert_eq!(alone.total_budget.map(|sum| sum.amount.0.to_string()).as_deref(), Some("150000"));
}

#[test]
fn an_act_number_before_a_slash_leaves_its_date() {
    assert_eq!(values("contract nr. 4187/12.04.2019", "ro").len(), 1);
    assert_eq!(values("12/12.04.2019", "und"), ["2019-04-12 other"]);
    assert_eq!(values("1.2/12.04", "und"), Vec::<String>::new());
}

#[test]
fn scales_and_fractions_are_one_number() {
    assert_eq!(values("milion złotych", "pl"), ["1000000 PLN other"]);
    assert_eq!(values("2 millones y medio de euros", "es"), ["2500000 EUR other"]);
    assert_eq!(values("between 5 and 7 million euro", "en"), ["5000000 EUR other", "7000000 EUR other"]);
    assert_eq!(values("quatre-vingt-dix mille euros", "fr"), ["90000 EUR other"]);
}

#[test]
fn cedillas_and_commas_are_one_letter() {
    for text in ["Contribuţie UE: 350 euro", "Contribuție UE: 350 euro"] {
        assert_eq!(values(text, "ro"), ["350 EUR eu_contribution"], "{text}");
    }
}

#[test]
fn endings_glued_to_figures_are_no_part_of_the_value() {
    let found = EXTRACTOR.found_in("2019. május 3-án kezdődött, 90%-os támogatással", "hu").expect("patterns");
    let values: Vec<String> = found.iter().map(|f| f.value.to_string()).collect();
    assert_eq!(values, ["2019-05-03", "90"]);
}
