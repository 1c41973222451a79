//! Which queues a message goes to: the exchange's rule, the message's routing key, and the queues' binding keys.
//!
//! Sources: RabbitMQ, “Exchanges”, “Tutorial 5: Topics”; `rabbit_exchange_type_{topic,headers}.erl`. *Invariant:* where a message
//! goes depends on its job, or on the key of the step that publishes it, and on nothing else, so a repetition takes the same
//! way.

use super::settings::{ExchangeSettings, ExchangeType, QueueSettings};
use crate::protocol::keys::Keys;
use crate::trace::JobId;

/// A set of queues, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route(u32);

impl Route {
    /// The way through the default exchange to that queue.
    pub(crate) fn to(queue: u16) -> Self {
        Route(1 << queue)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, queue: usize) -> bool {
        self.0 >> queue & 1 == 1
    }

    /// Without that queue.
    pub(super) fn without(self, queue: usize) -> Self {
        Route(self.0 & !(1 << queue))
    }

    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// What copies of one message are copies of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copies {
    /// Of the same work, in whichever queue they lie: who recognises a repeat recognises what was done from another one.
    Alike,
    /// The n-th queue's copy is the n-th part of the job: each subscriber has work of its own.
    APartEach,
}

pub(crate) struct Routing {
    /// Whether what has nowhere to go is sent back.
    pub mandatory: bool,
    kind: ExchangeType,
    keys: Keys,
    /// Of each queue.
    bindings: Vec<Vec<String>>,
    /// By the place of a job's key in the list: the way of all jobs that share it. Nothing where each job has a key of its
    /// own, whose way is found when it is asked for.
    routes: Vec<Option<Route>>,
}

impl Routing {
    pub(crate) fn new<'q>(exchange: &ExchangeSettings, queues: impl Iterator<Item = &'q QueueSettings>) -> Self {
        let bindings = queues.map(|queue| match exchange.kind {
            ExchangeType::Default => vec![queue.id.clone()],
            ExchangeType::Direct | ExchangeType::Fanout | ExchangeType::Headers | ExchangeType::Topic => {
                queue.binding_keys.clone()
            }
        });
        let ExchangeSettings { kind, mandatory, .. } = *exchange;
        let (keys, bindings) = (exchange.routing_keys.clone(), bindings.collect());
        let mut routing = Routing { mandatory, kind, keys, bindings, routes: Vec::new() };
        routing.routes = routing.shared_routes();
        routing
    }

    fn shared_routes(&self) -> Vec<Option<Route>> {
        let mut routes: Vec<Option<Route>> = Vec::with_capacity(self.keys.len());
        for (place, first) in self.keys.first_places().into_iter().enumerate() {
            routes.push(match first {
                // The same text has been looked at.
                Some(first) if first < place => routes[first],
                Some(_) => Some(self.route_of(&self.keys.text(JobId::from_index(place as u32)).unwrap_or_default())),
                None => None,
            });
        }
        routes
    }

    pub(super) fn route(&self, job: JobId) -> Route {
        let shared = self.routes.get(job.at() % self.routes.len().max(1)).copied().flatten();
        shared.unwrap_or_else(|| self.route_of(&self.keys.text(job).unwrap_or_default()))
    }

    /// The way of whatever has this routing key, or these headers.
    pub(crate) fn route_of(&self, key: &str) -> Route {
        let headers = Headers::read(key);
        let leads = |binding: &String| match self.kind {
            ExchangeType::Fanout => true,
            ExchangeType::Default | ExchangeType::Direct => binding == key,
            ExchangeType::Headers => headers.agree(binding),
            ExchangeType::Topic => is_match(binding, key),
        };
        let mut route = Route(0);
        for (queue, bindings) in self.bindings.iter().enumerate() {
            if self.kind == ExchangeType::Fanout || bindings.iter().any(leads) {
                route.0 |= 1 << queue;
            }
        }
        route
    }

    /// Whether each queue's copy is a part of its own: as soon as any job's message goes to several.
    pub(crate) fn copies(&self) -> Copies {
        let fans_out = |place: usize| self.route(JobId::from_index(place as u32)).count() > 1;
        if (0..self.keys.len().max(1)).any(fans_out) { Copies::APartEach } else { Copies::Alike }
    }
}

/// Whether a topic's binding key matches: words between dots, `*` for one word, `#` for any number of them.
fn is_match(binding: &str, key: &str) -> bool {
    let (pattern, key) = (words(binding), words(key));
    let (mut at, mut word) = (0, 0);
    // The last `#`, and up to which word it reaches: when the rest does not fit, it reaches one further.
    let mut reach = None;
    while word < key.len() {
        match pattern.get(at) {
            Some(&"#") => {
                reach = Some((at, word));
                at += 1;
            }
            Some(part) if *part == "*" || *part == key[word] => {
                at += 1;
                word += 1;
            }
            _ => {
                let Some((hash, reached)) = reach else {
                    return false;
                };
                reach = Some((hash, reached + 1));
                at = hash + 1;
                word = reached + 1;
            }
        }
    }
    pattern[at..].iter().all(|part| *part == "#")
}

/// The headers of a message, as in `format=pdf page=a4`, sorted so that one is found without looking at the others.
struct Headers<'k> {
    whole: Vec<&'k str>,
    names: Vec<&'k str>,
}

impl<'k> Headers<'k> {
    fn read(key: &'k str) -> Self {
        let mut whole: Vec<&str> = key.split(' ').collect();
        let mut names: Vec<&str> = whole.iter().filter_map(|header| header.split('=').next()).collect();
        whole.sort_unstable();
        names.sort_unstable();
        Headers { whole, names }
    }

    /// Whether they agree with a binding written in the same way: in all that it names, or with `x-match=any` in one of
    /// them. A name alone asks for the header, whatever its value. What begins with `x-` is not compared
    /// (`rabbit_exchange_type_headers.erl`).
    fn agree(&self, binding: &str) -> bool {
        let is_there = |wanted: &str| {
            let among = if wanted.contains('=') { &self.whole } else { &self.names };
            among.binary_search(&wanted).is_ok()
        };
        let mut wanted = binding.split(' ').filter(|wanted| !wanted.is_empty() && !wanted.starts_with("x-"));
        if binding.split(' ').any(|word| word == "x-match=any") { wanted.any(is_there) } else { wanted.all(is_there) }
    }
}

fn words(text: &str) -> Vec<&str> {
    if text.is_empty() { Vec::new() } else { text.split('.').collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_agree_in_all_or_in_any() {
        for (binding, headers, expected) in [
            ("format=pdf page=a4", "page=a4 format=pdf client=7", true),
            ("format=pdf page=a4", "format=pdf", false),
            ("x-match=all format=pdf", "format=pdf", true),
            ("x-match=any format=pdf page=a4", "page=a4", true),
            ("x-match=any format=pdf page=a4", "page=a5", false),
            ("page", "page=a5", true),
            ("page", "pages=5", false),
            ("x-tenant=1 page=a4", "page=a4", true),
            ("", "page=a4", true),
            ("x-match=any", "page=a4", false),
        ] {
            assert_eq!(Headers::read(headers).agree(binding), expected, "{binding} and {headers}");
        }
    }

    /// The tutorial's own examples, and what its words imply.
    #[test]
    fn a_star_stands_for_one_word_and_a_hash_for_any_number() {
        for (binding, key, expected) in [
            ("*.orange.*", "quick.orange.rabbit", true),
            ("*.*.rabbit", "quick.orange.rabbit", true),
            ("lazy.#", "lazy.orange.elephant", true),
            ("*.orange.*", "lazy.brown.fox", false),
            ("lazy.#", "lazy", true),
            ("lazy.#", "lazy.orange.new.rabbit", true),
            ("*.orange.*", "quick.orange.new.rabbit", false),
            ("*.orange.*", "orange", false),
            ("#", "", true),
            ("*", "", false),
            ("#.#", "a.b.c", true),
            ("#.b.#.d", "a.b.b.c.d", true),
            ("#.b.#.d", "a.b.b.c.d.e", false),
            ("a.#.b", "a.b", true),
            ("a.*.b", "a.b", false),
            ("", "a", false),
        ] {
            assert_eq!(is_match(binding, key), expected, "{binding} and {key}");
        }
    }
}
