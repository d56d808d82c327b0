//! A mention: one value on a page, as the record and its schema give it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value as Json, json};

use super::Number;
use crate::normalize::Value;
use crate::patterns::{Group, Kind, Mod, Role};

/// A value found on a page, with the evidence for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// What the value says about the project.
    pub role: Role,
    /// What it is; its kind stands first in the record.
    pub value: Value,
    /// As on the page.
    pub text: String,
    /// Unicode code points into the page's text, half open.
    pub start: usize,
    /// Unicode code points into the page's text, half open.
    pub end: usize,
    /// The pattern rule that read it.
    pub rule: String,
    /// TIMEX3 `mod`.
    pub modifier: Option<Mod>,
    /// Index into `documents`.
    pub document: usize,
}

impl Mention {
    /// What it is a mention of.
    pub fn kind(&self) -> Kind {
        self.value.kind()
    }
}

/// The keys of a value lie among those of its mention, which serde's own flattening would do by way of a map.
impl Serialize for Mention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let two = matches!(self.value, Value::Amount { .. } | Value::Participants { .. });
        let mut out = serializer.serialize_struct("Mention", if two { 10 } else { 9 })?;
        out.serialize_field("kind", self.kind().name())?;
        out.serialize_field("role", self.role.name())?;
        match &self.value {
            Value::Date(_) | Value::Period(_) => out.serialize_field("value", &Printed(&self.value))?,
            Value::Percentage(value) => out.serialize_field("value", &Number(*value))?,
            Value::Amount { value, currency } => {
                out.serialize_field("value", &Number(*value))?;
                out.serialize_field("currency", currency)?;
            }
            Value::Participants { value, group } => {
                out.serialize_field("value", value)?;
                out.serialize_field("group", group.name())?;
            }
        }
        out.serialize_field("text", &self.text)?;
        out.serialize_field("start", &self.start)?;
        out.serialize_field("end", &self.end)?;
        out.serialize_field("rule", &self.rule)?;
        out.serialize_field("mod", &self.modifier.map(Mod::name))?;
        out.serialize_field("document", &self.document)?;
        out.end()
    }
}

/// The keys of any mention; which belong together its kind says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    kind: Kind,
    role: Role,
    value: Json,
    currency: Option<String>,
    group: Option<Group>,
    text: String,
    start: usize,
    end: usize,
    rule: String,
    #[serde(rename = "mod")]
    modifier: Option<Mod>,
    document: usize,
}

impl<'de> Deserialize<'de> for Mention {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = Keys::deserialize(deserializer)?;
        let value = value(&keys).ok_or_else(|| {
            let kind = keys.kind;
            de::Error::custom(format!("expected the value of a mention of kind {kind}, found {}", keys.value))
        })?;
        let Keys { role, text, start, end, rule, modifier, document, .. } = keys;
        Ok(Mention { role, value, text, start, end, rule, modifier, document })
    }
}

/// The value some keys say.
fn value(keys: &Keys) -> Option<Value> {
    let text = || keys.value.as_str();
    // A number keeps the digits it is written with.
    let number = || match &keys.value {
        Json::Number(number) => Number::from_digits(number.as_str()),
        _ => None,
    };
    Some(match keys.kind {
        Kind::Date => Value::Date(text()?.parse().ok()?),
        Kind::Period => Value::Period(text()?.parse().ok()?),
        Kind::Percentage => Value::Percentage(number()?.0),
        Kind::Amount => Value::Amount { value: number()?.0, currency: keys.currency.clone() },
        Kind::Participants => Value::Participants { value: keys.value.as_u64()?, group: keys.group? },
    })
}

/// A value as text.
struct Printed<'v>(&'v Value);

impl Serialize for Printed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// One shape for every kind, each with the roles and the value keys of its own.
impl JsonSchema for Mention {
    fn schema_name() -> Cow<'static, str> {
        "Mention".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (modifier, group) = (generator.subschema_for::<Option<Mod>>(), generator.subschema_for::<Group>());
        let kind = |kind: Kind, about: &str, roles: &str, value: &Json| {
            let shared = shared_keys(&modifier);
            let head = json!({
                "kind": {"type": "string", "const": kind.name()},
                "role": {
                    "type": "string",
                    "description": "What the value says about the project.",
                    "pattern": format!("^({roles})$"),
                },
            });
            let keys: Map<String, Json> =
                [&head, value, &shared].into_iter().filter_map(Json::as_object).flatten().map(owned).collect();
            json!({"type": "object", "additionalProperties": false, "properties": keys, "description": about})
        };
        let dates = json!({"value": {"type": "string", "description": "ISO 8601 at the precision written."}});
        let periods = json!({"value": {"type": "string", "description": "ISO 8601 interval."}});
        let amounts = json!({
            "value": {"type": "number", "description": "Scale words applied."},
            "currency": {"type": ["string", "null"], "description": "ISO 4217; null where the page names none."},
        });
        let percentages = json!({"value": {"type": "number", "description": "In per cent."}});
        let counts = json!({
            "value": {"type": "integer", "format": "uint64", "minimum": 0, "description": "How many."},
            "group": described(&group, "Whom."),
        });
        json_schema!({ "oneOf": [
            kind(
                Kind::Date,
                "A day, month, year or minute.",
                "start|end|published|legal_act|deadline|event|other",
                &dates,
            ),
            kind(Kind::Period, "A range of years.", "programming_period|school_year|other", &periods),
            kind(
                Kind::Amount,
                "Money in major units.",
                "total_budget|eu_contribution|national_contribution|grant|cost|other",
                &amounts,
            ),
            kind(Kind::Percentage, "A percentage.", "cofinancing_rate|share|other", &percentages),
            kind(Kind::Participants, "A count of people.", "participants|subset|background", &counts),
        ], "description": "A value found on a page, with the evidence for it." })
    }
}

fn shared_keys(modifier: &Schema) -> Json {
    let index = |about: &str| json!({"type": "integer", "format": "uint", "minimum": 0, "description": about});
    json!({
        "text": {"type": "string", "description": "As on the page."},
        "start": index("Unicode code points into the page's text, half open."),
        "end": index("Unicode code points into the page's text, half open."),
        "rule": {"type": "string", "description": "The pattern rule that read it."},
        "mod": described(modifier, "TIMEX3 `mod`."),
        "document": index("Index into `documents`."),
    })
}

fn described(schema: &Schema, about: &str) -> Json {
    let mut schema = schema.clone();
    schema.insert("description".to_owned(), about.into());
    schema.to_value()
}

fn owned((key, schema): (&String, &Json)) -> (String, Json) {
    (key.clone(), schema.clone())
}
