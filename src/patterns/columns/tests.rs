//! Laws of the wordings and headings as lists have them.

use std::sync::LazyLock;

use super::*;

const FILE: &str = include_str!("../../../patterns/columns.toml");

static KNOWN: LazyLock<Headings> = LazyLock::new(|| Headings::read(FILE).expect("columns.toml"));

fn understand(heading: &str) -> Option<Heading> {
    KNOWN.understand(heading)
}

fn field(heading: &str) -> Option<Column> {
    understand(heading).map(|heading| heading.column)
}

const LANGUAGES: [&str; 24] = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl",
    "pt", "ro", "sk", "sl", "sv",
];

fn data() -> Data {
    toml::from_str(FILE).expect("columns.toml")
}

#[test]
fn no_wording_names_two_columns() {
    let mut seen: HashMap<String, (Column, String)> = HashMap::new();
    let mut doubtful = Vec::new();
    for (column, wording) in wordings(&data()) {
        let words = unit(tokens(&wording)).0.join(" ");
        assert!(!words.is_empty(), "{wording}");
        let (before, first) = seen.entry(words).or_insert((column, wording.clone()));
        if *before != column {
            doubtful.push(format!("{first} ({before:?}) and {wording} ({column:?})"));
        }
    }
    assert_eq!(doubtful, [""; 0]);
}

#[test]
fn every_wording_names_its_column() {
    let lost: Vec<_> =
        wordings(&data()).into_iter().filter(|(column, wording)| field(wording) != Some(*column)).collect();
    assert_eq!(lost, []);
}

#[test]
fn every_language_has_what_the_regulations_ask_for() {
    let data = data();
    let mut missing = Vec::new();
    for column in [
        Column::Title,
        Column::Summary,
        Column::StartDate,
        Column::EndDate,
        Column::TotalBudget,
        Column::CofinancingRate,
        Column::Beneficiary,
        Column::Country,
        Column::Fund,
        Column::EuContribution,
        Column::Other,
    ] {
        for language in LANGUAGES {
            if data.get(&Name::Column(column)).and_then(|it| it.get(language)).is_none_or(Vec::is_empty) {
                missing.push((column, language));
            }
        }
    }
    // English names of some columns are the same in the exports and stand under `und`.
    missing.retain(|it| !matches!(it, (Column::Country | Column::Fund, "en")));
    assert_eq!(missing, []);
}

#[test]
fn headings_are_understood() {
    let cases = [
        // Kohesio's exports, old and new, and its search.
        ("Operation_Unique_Identifier", Column::Id),
        ("operation name english", Column::Title),
        ("Operation-Name-Programme-Language", Column::TitleLocal),
        ("Operation_Summary_Programme_Language", Column::Summary),
        ("OPERATION_START_DATE", Column::StartDate),
        ("Operation_Expected_End_Date", Column::ExpectedEndDate),
        ("Total_Eligible_Expenditure_amount", Column::TotalBudget),
        ("Total_Eligible_Expenditure_Currency", Column::Currency),
        ("Project_EU_Budget", Column::EuContribution),
        ("Cofinancing_Rate", Column::CofinancingRate),
        ("CoFinancing_Rate", Column::CofinancingRate),
        ("Fund_Code", Column::Fund),
        ("Fund_Name", Column::FundName),
        ("Programme_Code", Column::ProgrammeCode),
        ("NUTS2_Label", Column::Region),
        ("NUTS3_Label", Column::Other),
        ("Date_Of_Last_Update", Column::Updated),
        ("AMOUNT EU SUPPORT", Column::EuContribution),
        ("PROJECT NAME", Column::Title),
        // Kohesio's JSON, flattened.
        ("startTime", Column::StartDate),
        ("euBudget", Column::EuContribution),
        ("program.0.programLabel", Column::Programme),
        ("beneficiaries.0.beneficiaryLabel", Column::Beneficiary),
        ("funds.0.id", Column::Fund),
        ("countryCode", Column::CountryCode),
        // Annex XII and Article 49(3).
        ("Total eligible expenditure allocated to the operation (EUR)", Column::TotalBudget),
        ("Union co-financing rate, as per priority axis", Column::CofinancingRate),
        ("Expected or actual date of completion", Column::EndDate),
        ("Name of category of intervention for the operation", Column::Other),
        ("Data di inizio dell'operazione", Column::StartDate),
        ("Spesa totale ammissibile assegnata all’operazione", Column::TotalBudget),
        ("Tasso di cofinanziamento dell’Unione", Column::CofinancingRate),
        ("Sintesi dell'operazione", Column::Summary),
        ("Codice postale", Column::Other),
        ("Name des Begünstigten", Column::Beneficiary),
        ("Name der/des Begünstigten", Column::Beneficiary),
        ("Bezeichnung des Vorhabens", Column::Title),
        ("Gesamtkosten des Vorhabens [€]", Column::TotalBudget),
        ("Unions-Kofinanzierungssatz", Column::CofinancingRate),
        ("Zweck des Vorhabens und erwartete oder tatsächliche Errungenschaften", Column::Summary),
        ("Intitulé de l'opération", Column::Title),
        ("Total des dépenses éligibles", Column::TotalBudget),
        ("Taux de cofinancement UE", Column::CofinancingRate),
        ("Date de début de l'opération", Column::StartDate),
        ("Celkové způsobilé výdaje (tis. Kč)", Column::TotalBudget),
        ("Názov projektu", Column::Title),
        ("Ημερομηνία λήξης της πράξης", Column::EndDate),
        ("ΤΙΤΛΟΣ ΠΡΑΞΗΣ", Column::Title),
        ("Наименование на бенефициера", Column::Beneficiary),
        ("Toimen alkamispäivä", Column::StartDate),
        ("A művelet befejezésének időpontja", Column::EndDate),
        ("Totala stödberättigande utgifter som tilldelats insatsen", Column::TotalBudget),
        ("Rata ta' kofinanzjament tal-Unjoni", Column::CofinancingRate),
        ("Dáta tosaigh na hoibríochta", Column::StartDate),
        ("Begindatum van de concrete actie", Column::StartDate),
        ("Támogatott művelet neve", Column::Title),
        // Lists of authorities.
        ("Tytuł projektu / Project title", Column::Title),
        ("Wartość projektu (PLN)", Column::TotalBudget),
        ("Dofinansowanie UE", Column::EuContribution),
        ("Wkład UE", Column::EuContribution),
        ("Nazwa beneficjenta\nBeneficiary name", Column::Beneficiary),
        ("Xyz abc / Operation summary", Column::Summary),
        ("OC_DATA_INIZIO_PROGETTO", Column::StartDate),
        ("FINANZ_TOTALE_PUBBLICO", Column::TotalBudget),
        ("1. Beneficiary name*", Column::Beneficiary),
        ("(d) Name of the operation¹", Column::Title),
        ("Start date (dd/mm/yyyy)", Column::StartDate),
        ("EU contribution (%)", Column::CofinancingRate),
        ("Laufzeit bis", Column::EndDate),
        ("Date of last update of the list of operations", Column::Updated),
    ];
    let wrong: Vec<_> = cases.into_iter().filter(|(heading, column)| field(heading) != Some(*column)).collect();
    let wrong: Vec<_> = wrong.into_iter().map(|(heading, _)| (heading, field(heading))).collect();
    assert_eq!(wrong, []);
}

#[test]
fn headings_that_only_look_alike_are_not_taken() {
    let facts = [
        Column::StartDate,
        Column::EndDate,
        Column::TotalBudget,
        Column::EuContribution,
        Column::Title,
        Column::CofinancingRate,
    ];
    for heading in [
        "Start date of the call",
        "Programme budget",
        "Date of last update of the list",
        "Start date of the call for proposals",
        "Budget of the programme",
        "Total number of participants",
        "Application start date",
        "Payment date",
        "End of eligibility",
        "Contact name",
        "Name of contact person",
        "Co-financing rate national",
        "National contribution",
        "Total budget of the programme",
        "Beneficiary country",
        "Start date / End date",
        "start/slutt",
        "Laufzeit",
        "Laufzeit von - bis",
        "Share of total cost (%)",
        "Total cost (%)",
        "Bund/Land",
        "toetus",
        "parama",
        "Name of programme",
        "Title of the call",
        "Datum der Antragstellung",
        "Data di pubblicazione",
        "Costo del lavoro",
        "",
        "-",
        "5",
        "2014",
    ] {
        assert!(field(heading).is_none_or(|column| !facts.contains(&column)), "{heading}: {:?}", field(heading));
    }
}

#[test]
fn units_are_given() {
    let cases = [
        ("Total cost (EUR)", Some("EUR"), 1),
        ("Gesamtkosten [€]", Some("EUR"), 1),
        ("Total eligible expenditure in EUR", Some("EUR"), 1),
        ("Celkové způsobilé výdaje (tis. Kč)", Some("CZK"), 1000),
        ("Wartość projektu w zł", Some("PLN"), 1),
        ("Gesamtkosten in TEUR", Some("EUR"), 1000),
        ("Total cost", None, 1),
        ("Wydatki kwalifikowalne (PLN) / Total eligible expenditure (PLN)", Some("PLN"), 1),
        ("Total project value (PLN)", Some("PLN"), 1),
        ("Project value (EUR)", Some("EUR"), 1),
        ("Totala kostnader (kr)", None, 1),
        ("Koszt całkowity (tys. zł) / Total cost", Some("PLN"), 1000),
    ];
    for (heading, currency, scale) in cases {
        let found = understand(heading).expect(heading);
        assert_eq!((found.column, found.currency, found.scale), (Column::TotalBudget, currency, scale), "{heading}");
    }
}
