//! The JSON Schema of a record, made from its types.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value};

use super::Record;

/// JSON Schema 2020-12 of [`Record`]. Every key is required, since records leave none out; only `text` may be missing.
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Record>();
    AllKeys.transform(&mut schema);
    let head = [("$schema", "https://json-schema.org/draft/2020-12/schema"), ("title", "kohex/1 record")];
    let mut named: Map<String, Value> =
        head.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
    if let Value::Object(rest) = schema.to_value() {
        named.extend(rest.into_iter().filter(|(key, _)| !head.iter().any(|(named, _)| named == key)));
    }
    Value::Object(named)
}

/// Serde leaves optional fields out of `required`; ours are null instead of missing.
struct AllKeys;

impl Transform for AllKeys {
    fn transform(&mut self, schema: &mut Schema) {
        let keys: Option<Vec<Value>> = schema
            .get("properties")
            .and_then(Value::as_object)
            .map(|properties| properties.keys().filter(|key| *key != "text" || properties.contains_key("rule")))
            .map(|keys| keys.map(|key| Value::from(key.as_str())).collect());
        if let Some(keys) = keys.filter(|keys| !keys.is_empty()) {
            schema.insert("required".to_owned(), Value::Array(keys));
        }
        transform_subschemas(self, schema);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_but_the_text_is_required() {
        let schema = schema();
        let required = schema["required"].as_array().expect("a list");
        let properties = schema["properties"].as_object().expect("an object");
        assert_eq!(required.len() + 1, properties.len());
        assert!(!required.contains(&Value::from("text")) && properties.contains_key("text"));
        assert_eq!(schema["additionalProperties"], Value::Bool(false));
    }
}
