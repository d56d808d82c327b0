//! Which mention a fact of a record was taken from. Records do not say so; the role and the value do.

use rust_decimal::Decimal;

use super::{AMOUNT_SCALE, Mention, Money, RATE_SCALE, Record};
use crate::normalize::{PeriodValue, Value};
use crate::patterns::{Mod, Role};

/// The index of the mention that a field's value was taken from, the first of several that say it; `None` where the field
/// has no value, or one that is no mention (a title, a fund), or comes from a label that tells it otherwise.
pub fn origin(record: &Record, field: &str) -> Option<usize> {
    let first = |says: &dyn Fn(&Mention) -> bool| record.mentions.iter().position(says);
    let of = |role: Role, says: &dyn Fn(&Value) -> bool| first(&|m| m.role == role && says(&m.value));
    let date = |role: Role, fact: &Option<String>, year: fn(&PeriodValue) -> u16| {
        let fact = fact.as_deref()?;
        // A start or end has no time of the day, and can be a year of the period that a label of both dates tells.
        let dates = of(role, &|value| matches!(value, Value::Date(date) if date.to_string().starts_with(fact)));
        dates.or_else(|| first(&|m| matches!(&m.value, Value::Period(p) if year(p).to_string() == fact)))
    };
    let money = |role: Role, fact: &Option<Money>| {
        let fact = fact.as_ref()?;
        let says = |value: &Value| match value {
            Value::Amount { value, currency } => {
                *currency == fact.currency && is_near(*value, fact.amount.0, AMOUNT_SCALE)
            }
            _ => false,
        };
        // A ceiling is no sum.
        let ceiling = |m: &Mention| matches!(m.modifier, Some(Mod::EqualOrLess | Mod::LessThan));
        first(&|m| m.role == role && says(&m.value) && !ceiling(m))
    };
    match field {
        "start_date" => date(Role::Start, &record.start_date, |period| period.start),
        "end_date" => date(Role::End, &record.end_date, |period| period.end),
        "published" => {
            let fact = record.published.as_deref()?;
            of(Role::Published, &|value| matches!(value, Value::Date(date) if date.to_string() == fact))
        }
        "programming_period" => {
            let fact = record.programming_period.as_deref()?;
            of(Role::ProgrammingPeriod, &|value| matches!(value, Value::Period(p) if p.programming_period() == fact))
        }
        "total_budget" => money(Role::TotalBudget, &record.total_budget),
        "eu_contribution" => money(Role::EuContribution, &record.eu_contribution),
        "cofinancing_rate" => {
            let fact = record.cofinancing_rate?.0;
            of(Role::CofinancingRate, &|value| matches!(value, Value::Percentage(v) if is_near(*v, fact, RATE_SCALE)))
        }
        "participants" => {
            let fact = record.participants?;
            of(Role::Participants, &|value| matches!(value, Value::Participants { value, .. } if *value == fact))
        }
        _ => None,
    }
}

/// Whether two numbers differ by less than the last of so many digits behind the point: facts read back from a table are
/// rounded, mentions are not.
fn is_near(one: Decimal, other: Decimal, digits: u32) -> bool {
    one == other || one.checked_sub(other).is_some_and(|gap| gap.abs() < Decimal::new(1, digits))
}
