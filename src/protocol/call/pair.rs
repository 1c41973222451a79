//! A caller and the one service that it calls: the whole of a protocol in which nobody else takes part.
//!
//! *Invariant:* the service has one thread for each worker, keeps what finds no free one in its accept queue, and
//! refuses what finds no room there.

use super::conduct::Conduct;
use super::edge::{Edge, EdgePolicy};
use super::node::Node;
use super::settings::{Caller, Service, node_words};
use crate::engine::Setup;
use crate::protocol::{Ground, Party, leg};

/// Adds the lanes of both, a link each way, and their nodes. The caller's side of the edge has `policy`, and its gate.
pub(crate) fn pair(
    setup: &mut Setup<Party>,
    ground: &Ground,
    (caller, asking): (&Caller, impl Conduct + 'static),
    (service, serving): (&Service, impl Conduct + 'static),
    policy: EdgePolicy,
) {
    let words = node_words(setup);
    let [from, to] = [setup.lane(caller.lane()), setup.lane(service.lane())];
    let out = setup.link(ground.link(from, to, leg::OUT));
    let back = setup.link(ground.link(to, from, leg::BACK));
    let node = Node::caller(caller.hands(), None, caller.callback.clone(), words, asking);
    setup.actor(node.with_edge(Edge::new([out, back], EdgePolicy { gate: caller.gate(), ..policy })).into());
    setup.actor(service.node(words, serving).into());
}
