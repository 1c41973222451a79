//! Times as a scenario writes them: a number and a unit.
//!
//! *Invariant:* what is outside a rule is refused with what that rule asks.

use serde_json::Value;

use super::{Moment, Span, SpanError};
#[cfg(not(target_arch = "wasm32"))]
use crate::reading::kind::Kind;
use crate::reading::{Faults, Field, Rule, rule, shown};

impl Field for Span {
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
        let Some(text) = value.as_str() else {
            let sentence = "is not a duration: write a number and a unit in quotes, as in \"170ms\"";
            return faults.add(format!("{} {sentence}", shown(&value)));
        };
        match text.parse() {
            Err(SpanError(sentence)) => faults.add(sentence),
            Ok(span) => match outside(span, rule) {
                Some(what) => faults.add(format!("{span} {what}")),
                None => *self = span,
            },
        }
    }

    fn write(&mut self) -> Value {
        self.to_string().into()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::Time
    }
}

/// What a span does not keep to.
fn outside(span: Span, rule: &Rule) -> Option<String> {
    match *rule {
        Rule::Time(1, _) if span == Span::ZERO => Some("is too short; it must be longer than nothing".to_owned()),
        Rule::Time(least, rule::LONGEST) if span.0 < least => {
            Some(format!("is too short; it must be at least {}", Span(least)))
        }
        Rule::Time(least, most) if !(least..=most).contains(&span.0) => {
            Some(format!("would not do; write a time from {} to {}", Span(least), Span(most)))
        }
        Rule::Seconds(least) if !span.0.is_multiple_of(rule::SECOND) || span.0 < least * rule::SECOND => {
            let least = if least > 0 { "; at least 1s" } else { "" };
            Some(format!("is no whole number of seconds, in which such waits are counted; write one{least}"))
        }
        _ => None,
    }
}

/// A dated thing in a scenario is written as the span since the start.
impl Field for Moment {
    fn read(&mut self, value: Value, rule: &Rule, faults: &mut Faults) {
        let mut span = self.since(Moment::START);
        span.read(value, rule, faults);
        *self = Moment(span.0);
    }

    fn write(&mut self) -> Value {
        Span(self.0).write()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn kind(&mut self) -> Kind {
        Kind::Time
    }
}
