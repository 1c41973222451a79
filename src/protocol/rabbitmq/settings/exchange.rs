//! The settings of an exchange: how it is called, and by what it routes.
//!
//! *Invariant:* whatever can be written here routes every message somewhere or says that it has nowhere to go.

use crate::protocol::BadSetting;
use crate::protocol::keys::Keys;
use crate::reading::rule::{ID, KEYS, NAME};
use crate::reading::{fields, shown, words};

/// The most words between dots in a key of a topic exchange.
const MAX_WORDS: usize = 30;

fields! {
    /// What chooses the queues of a message.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ExchangeSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "exchange".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Exchange".into(),
        /// By what it chooses queues.
        pub kind as "type": ExchangeType = ExchangeType::Fanout,
        /// The routing keys of the jobs' messages, in turn. Of no meaning to a fanout exchange.
        pub routing_keys: Keys [KEYS] = Keys::new(&[]),
        /// Whether a message that no queue is bound for comes back to its publisher (`basic.return`). Else it is dropped.
        pub mandatory: bool = false,
    }
}

words! {
    /// By what an exchange chooses queues.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ExchangeType = Default {
        /// A queue's id is its only binding key.
        Default = "default",
        /// A binding key that is the routing key.
        Direct = "direct",
        /// All queues.
        Fanout = "fanout",
        /// Headers that agree with the message's, which stand in the place of its routing key, as in `format=pdf page=a4`;
        /// in all of them, or with `x-match=any` in one.
        Headers = "headers",
        /// A pattern that the routing key fits: words between dots, `*` for one word, `#` for any number of them.
        Topic = "topic",
    }
}

impl ExchangeSettings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        if self.routing_keys.is_empty() && self.kind != ExchangeType::Fanout {
            let sentence =
                format!("a {} exchange chooses by them; give the jobs' messages at least one", self.kind.word());
            return Err(BadSetting { field: "exchange.routing_keys".into(), sentence });
        }
        self.routing_keys.iter().try_for_each(|key| self.check_words("exchange.routing_keys", key))
    }

    /// Refuses a key of so many words that comparing each with each pattern would take long.
    pub(super) fn check_words(&self, field: &str, key: &str) -> Result<(), BadSetting> {
        let words = key.split('.').count();
        if self.kind != ExchangeType::Topic || words <= MAX_WORDS {
            return Ok(());
        }
        let sentence =
            format!("`{}` has {words} words; at most {MAX_WORDS} fit in a key of a topic exchange", shown(key));
        Err(BadSetting { field: field.into(), sentence })
    }
}
