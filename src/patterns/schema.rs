//! The shape of a pattern file. `patterns/README.md` explains it to those who write one.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::names;

/// Word forms in a file, each with its place for error messages.
pub type Forms = Vec<Spanned<String>>;

/// One `patterns/<code>.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// ISO 639-1 code, or `und` for what holds in every language.
    pub language: Spanned<String>,
    /// The language's own name for itself.
    pub name: String,
    /// Every word and pattern is also found without its diacritics.
    #[serde(default)]
    pub unaccented: bool,
    /// The letters of the language beyond ASCII, lower case (CLDR exemplar characters).
    #[serde(default)]
    pub letters: String,
    #[serde(default)]
    pub numbers: Numbers,
    /// Closed lists of endings by name: what inflected words differ in.
    #[serde(default)]
    pub endings: BTreeMap<String, Forms>,
    /// Class → value → forms.
    #[serde(default)]
    pub words: BTreeMap<Class, BTreeMap<String, Forms>>,
    #[serde(default)]
    pub rule: Vec<RuleSource>,
    #[serde(default)]
    pub skip: Vec<SkipSource>,
    #[serde(default)]
    pub cue: Vec<CueSource>,
    #[serde(default)]
    pub label: Vec<LabelSource>,
    /// What Kohesio's own pages print: what → language → forms. Only `und.toml` has it.
    #[serde(default)]
    pub kohesio: BTreeMap<Print, BTreeMap<String, Forms>>,
}

/// How numbers are written where a separator could mean either (CLDR `decimal`).
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    pub decimal: Option<char>,
}

/// A form of a value: what it looks like and what it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSource {
    /// `<kind>/<name>`; the record shows it behind the file's code.
    pub id: Spanned<String>,
    pub pattern: Spanned<String>,
    /// Value → texts in which `{…}` marks the span read, or whose whole is read.
    #[serde(default)]
    pub examples: BTreeMap<String, Forms>,
    /// Texts in which this rule reads nothing.
    #[serde(default)]
    pub rejects: Forms,
    /// Read only right behind a label of the rule's kind: a bare number means nothing elsewhere.
    #[serde(default)]
    pub labelled: bool,
    /// The month stands before the day, which only holds where the second number is no month.
    #[serde(default)]
    pub month_first: bool,
    /// Whom a count without a noun counts.
    pub group: Option<Group>,
    /// The role every value of this rule has.
    pub role: Option<Role>,
}

/// A form that holds no value although a part of it looks like one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipSource {
    /// `skip/<name>`.
    pub id: Spanned<String>,
    pub pattern: Spanned<String>,
    /// The kinds it hides; all where none is named.
    #[serde(default)]
    pub hides: Vec<Kind>,
    /// Texts in which `{…}` marks the span hidden.
    pub examples: Forms,
}

/// Words beside a value that give its role.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CueSource {
    pub kind: Kind,
    pub role: Role,
    /// Right before the value.
    #[serde(default)]
    pub before: Forms,
    /// Right behind the value.
    #[serde(default)]
    pub after: Forms,
    /// Anywhere before the value in its sentence; the nearest counts.
    #[serde(default)]
    pub near: Forms,
    /// Anywhere behind the value in its sentence; the nearest counts.
    #[serde(default)]
    pub behind: Forms,
    /// How far from the value a word of `near` or `behind` may stand, in characters; as far as the sentence where not said.
    pub within: Option<usize>,
    /// The value must follow one of these directly for a word of `near` to count.
    #[serde(default)]
    pub via: Forms,
    /// Texts in which `{…}` marks a value with this role.
    pub examples: Forms,
    /// Texts in which `{…}` marks a value without this role.
    #[serde(default)]
    pub rejects: Forms,
}

/// What stands before a value on pages that list facts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSource {
    pub field: Field,
    pub forms: Forms,
}

names! {
    /// What a mention is.
    Kind { Date = "date", Period = "period", Amount = "amount", Percentage = "percentage", Participants = "participants" }
}

names! {
    /// What a mention says about the project.
    Role {
        Start = "start", End = "end", Published = "published", LegalAct = "legal_act", Deadline = "deadline",
        Event = "event", ProgrammingPeriod = "programming_period", SchoolYear = "school_year",
        TotalBudget = "total_budget", EuContribution = "eu_contribution",
        NationalContribution = "national_contribution", Grant = "grant", Cost = "cost",
        CofinancingRate = "cofinancing_rate", Share = "share", Participants = "participants", Subset = "subset",
        Background = "background", Other = "other",
    }
}

impl Kind {
    /// The roles a mention of this kind can have.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Kind::Date => {
                &[Role::Start, Role::End, Role::Published, Role::LegalAct, Role::Deadline, Role::Event, Role::Other]
            }
            Kind::Period => &[Role::ProgrammingPeriod, Role::SchoolYear, Role::Other],
            Kind::Amount => &[
                Role::TotalBudget,
                Role::EuContribution,
                Role::NationalContribution,
                Role::Grant,
                Role::Cost,
                Role::Other,
            ],
            Kind::Percentage => &[Role::CofinancingRate, Role::Share, Role::Other],
            Kind::Participants => &[Role::Participants, Role::Subset, Role::Background],
        }
    }
}

names! {
    /// Whom a count counts, after the common output indicators of ESF+ (Regulation (EU) 2021/1057, Annex I) where
    /// one fits.
    Group {
        People = "people", Unemployed = "unemployed", Inactive = "inactive", Employed = "employed",
        Under18 = "under_18", Young = "young", Over55 = "over_55", Disabilities = "disabilities",
        ThirdCountryNationals = "third_country_nationals", ForeignBackground = "foreign_background",
        Minorities = "minorities", Homeless = "homeless", Rural = "rural", Women = "women", Men = "men",
        Children = "children", Students = "students", Teachers = "teachers", Staff = "staff",
        Entrepreneurs = "entrepreneurs", Families = "families", Inhabitants = "inhabitants",
    }
}

names! {
    /// How a value is meant, as in TIMEX3 (ISO 24617-1) `mod`.
    Mod {
        Approx = "APPROX", MoreThan = "MORE_THAN", LessThan = "LESS_THAN", EqualOrMore = "EQUAL_OR_MORE",
        EqualOrLess = "EQUAL_OR_LESS", Start = "START", Mid = "MID", End = "END",
    }
}

names! {
    /// What a label on a page is followed by.
    Field {
        StartDate = "start_date", EndDate = "end_date",
        /// Start and end, one behind the other.
        Dates = "dates",
        Published = "published", Deadline = "deadline", Event = "event", OtherDate = "other_date",
        ProgrammingPeriod = "programming_period", TotalBudget = "total_budget", EuContribution = "eu_contribution",
        NationalContribution = "national_contribution", Grant = "grant", Cost = "cost",
        CofinancingRate = "cofinancing_rate", Participants = "participants", Title = "title", Fund = "fund",
        Programme = "programme", ManagingAuthority = "managing_authority", Beneficiary = "beneficiary",
        Region = "region", Country = "country",
        /// Something the record has no key for; it ends what stood before it.
        Nothing = "nothing",
    }
}

names! {
    /// What Kohesio's own pages print besides values.
    Print {
        SiteHeader = "site_header", ProjectInfo = "project_info", Funding = "funding",
        StartDate = "start_date", EndDate = "end_date", Fund = "fund", TotalBudget = "total_budget",
        EuContribution = "eu_contribution", ProgrammingPeriod = "programming_period", Programme = "programme",
        ManagingAuthority = "managing_authority",
        /// A heading of links, gone in most extracts.
        Heading = "heading",
        /// Stands where a value is missing.
        NotAvailable = "not_available",
        /// Only on a beneficiary's page.
        NumberOfProjects = "number_of_projects",
        /// Before the name of several places.
        MultipleLocations = "multiple_locations",
    }
}

impl Print {
    /// The fact that follows, where the print is a label.
    pub fn field(self) -> Option<Field> {
        Some(match self {
            Print::StartDate => Field::StartDate,
            Print::EndDate => Field::EndDate,
            Print::Fund => Field::Fund,
            Print::TotalBudget => Field::TotalBudget,
            Print::EuContribution => Field::EuContribution,
            Print::ProgrammingPeriod => Field::ProgrammingPeriod,
            Print::Programme => Field::Programme,
            Print::ManagingAuthority => Field::ManagingAuthority,
            Print::NumberOfProjects => Field::Nothing,
            _ => return None,
        })
    }
}

names! {
    /// A class of words. What the keys of its table are is said behind each.
    Class {
        /// 1–12.
        MonthName = "month_name",
        /// 1–7 from Monday (ISO 8601).
        Weekday = "weekday",
        /// 1–31: a day in words ("primo", "first").
        DayName = "day_name",
        /// any: what follows a day's figure ("1o", "1st").
        Ordinal = "ordinal",
        /// any: what may stand between a date and its clock time.
        AtTime = "at_time",
        /// The number.
        NumberWord = "number_word",
        /// any: what joins number words ("and").
        NumberJoiner = "number_joiner",
        /// What to multiply by.
        Scale = "scale",
        /// What to multiply by: letters that say so only glued to a figure behind a currency ("EUR 5m").
        LetterScale = "letter_scale",
        /// ISO 4217.
        Currency = "currency",
        /// What one of it is in per cent: 1, or 0.1 for ‰.
        Percent = "percent",
        /// A group of people.
        People = "people",
        /// A group, or people: words between a number and its noun, or behind the noun.
        Modifier = "modifier",
        /// any: verbs behind "of which 1 227 …".
        Verb = "verb",
        /// any: kinds of legal acts.
        Act = "act",
        /// A TIMEX3 mod: words before a value.
        ModBefore = "mod_before",
        /// A TIMEX3 mod: words behind a value.
        ModAfter = "mod_after",
        /// any: words of no weight between a cue and its value.
        Filler = "filler",
        /// any: words that join the two ends of a range ("al", "to").
        RangeTo = "range_to",
        /// any: words that join the two ends of a range behind a word of `between` ("e", "and").
        RangeAnd = "range_and",
        /// any: words that open a range whose ends are joined by "and" ("tra", "between").
        Between = "between",
        /// any: words that open a range ("dal", "from").
        RangeFrom = "range_from",
        /// any: words behind a year that belong to the date ("r.", "godine").
        YearWord = "year_word",
        /// any: words that say a sentence is about the project itself.
        Project = "project",
        /// any: words behind which a year is a date ("in", "nel").
        YearCue = "year_cue",
        /// any: words that say a total is only of what the fund counts ("eligible").
        Eligible = "eligible",
        /// any: words that open a school year.
        SchoolYear = "school_year",
        /// any: lines of a site's frame.
        Chrome = "chrome",
        /// The fund's code.
        Fund = "fund",
        /// ISO 3166-1 alpha-2.
        Country = "country",
        /// any: abbreviations whose full stop ends no sentence.
        Abbreviation = "abbreviation",
        /// any: what is glued to the front of a figure ("tal-").
        Prefix = "prefix",
        /// any: what is glued to the end of a figure ("-ban", "'da").
        Suffix = "suffix",
        /// any: the most frequent words of the language, which tell it from others.
        Function = "function",
    }
}
