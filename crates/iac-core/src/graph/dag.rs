//! A directed graph of addresses whose edges point from a resource to what it needs.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque},
    fmt,
};

use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
    visit::EdgeRef,
};

use crate::model::{Address, Hint};

/// Addresses and what they need.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    graph: DiGraph<Address, ()>,
    index: BTreeMap<Address, NodeIndex>,
}

/// Resources that need each other in a cycle: each needs the next, the last needs the first. The shortest such cycle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Cycle(pub Vec<Address>);

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("resources need each other: ")?;
        for address in &self.0 {
            write!(f, "{address} -> ")?;
        }
        self.0.first().map_or(Ok(()), |first| write!(f, "{first}"))
    }
}

impl Hint for Cycle {
    fn hints(&self) -> Vec<String> {
        vec!["take one of these dependencies away, or move what both need into a resource of its own".to_owned()]
    }
}

impl Graph {
    /// The graph of resources and their needs. Needs that are not among the resources are left out.
    pub fn new<'a>(resources: impl IntoIterator<Item = (&'a Address, &'a BTreeSet<Address>)> + Clone) -> Self {
        let mut graph = Self::default();
        for (address, _) in resources.clone() {
            let node = graph.graph.add_node(address.clone());
            graph.index.insert(address.clone(), node);
        }
        for (address, needs) in resources {
            for need in needs {
                if let (Some(from), Some(to)) = (graph.index.get(address), graph.index.get(need)) {
                    graph.graph.update_edge(*from, *to, ());
                }
            }
        }
        graph
    }

    /// Whether the address is there.
    pub fn contains(&self, address: &Address) -> bool {
        self.index.contains_key(address)
    }

    /// All addresses, in their own order.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.index.keys()
    }

    /// All addresses so that everything comes after what it needs; among equals, by address. The same resources give the
    /// same order, however they were declared.
    ///
    /// # Errors
    /// The shortest [`Cycle`], when there is one.
    pub fn order(&self) -> Result<Vec<Address>, Cycle> {
        let mut waiting: BTreeMap<NodeIndex, usize> = self
            .graph
            .node_indices()
            .map(|node| (node, self.graph.edges(node).count()))
            .collect();
        let mut ready: BinaryHeap<Reverse<(&Address, NodeIndex)>> = waiting
            .iter()
            .filter(|(_, needs)| **needs == 0)
            .map(|(node, _)| Reverse((&self.graph[*node], *node)))
            .collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(Reverse((address, node))) = ready.pop() {
            order.push(address.clone());
            waiting.remove(&node);
            for dependent in self.graph.neighbors_directed(node, Direction::Incoming) {
                if let Some(needs) = waiting.get_mut(&dependent) {
                    *needs -= 1;
                    if *needs == 0 {
                        ready.push(Reverse((&self.graph[dependent], dependent)));
                    }
                }
            }
        }
        if waiting.is_empty() {
            Ok(order)
        } else {
            Err(self.shortest_cycle(waiting.into_keys()))
        }
    }

    /// The shortest cycle through any of the nodes.
    fn shortest_cycle(&self, among: impl Iterator<Item = NodeIndex>) -> Cycle {
        let shortest = among
            .filter_map(|start| self.cycle_through(start))
            .min_by_key(Vec::len)
            .unwrap_or_default();
        Cycle(shortest.into_iter().map(|node| self.graph[node].clone()).collect())
    }

    /// The shortest way from a node back to itself, by breadth.
    fn cycle_through(&self, start: NodeIndex) -> Option<Vec<NodeIndex>> {
        let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for next in self.graph.neighbors(node) {
                if next == start {
                    let mut ring = vec![node];
                    while let Some(before) = ring
                        .last()
                        .filter(|last| **last != start)
                        .and_then(|last| came_from.get(last))
                    {
                        ring.push(*before);
                    }
                    ring.reverse();
                    return Some(ring);
                }
                came_from.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    node
                });
            }
        }
        None
    }

    /// The addresses and everything they need, directly or not.
    pub fn with_dependencies(&self, addresses: &BTreeSet<Address>) -> BTreeSet<Address> {
        self.reach(addresses, Direction::Outgoing)
    }

    /// The addresses and everything that needs them, directly or not.
    pub fn with_dependents(&self, addresses: &BTreeSet<Address>) -> BTreeSet<Address> {
        self.reach(addresses, Direction::Incoming)
    }

    fn reach(&self, from: &BTreeSet<Address>, direction: Direction) -> BTreeSet<Address> {
        let mut queue: Vec<NodeIndex> = from
            .iter()
            .filter_map(|address| self.index.get(address))
            .copied()
            .collect();
        let mut reached: BTreeSet<NodeIndex> = queue.iter().copied().collect();
        while let Some(node) = queue.pop() {
            for next in self.graph.neighbors_directed(node, direction) {
                if reached.insert(next) {
                    queue.push(next);
                }
            }
        }
        reached.into_iter().map(|node| self.graph[node].clone()).collect()
    }

    /// The graph in the DOT language, ready for Graphviz: edges point to what a resource needs.
    pub fn dot(&self) -> String {
        let mut lines = vec![
            "digraph {".to_owned(),
            "  rankdir = \"LR\"".to_owned(),
            "  node [shape = box]".to_owned(),
        ];
        lines.extend(self.index.keys().map(|address| format!("  \"{address}\"")));
        let mut edges: Vec<String> = self
            .graph
            .edge_references()
            .map(|edge| {
                format!(
                    "  \"{}\" -> \"{}\"",
                    self.graph[edge.source()],
                    self.graph[edge.target()]
                )
            })
            .collect();
        edges.sort();
        lines.extend(edges);
        lines.push("}\n".to_owned());
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(name: &str) -> Address {
        Address::new("t.t", name).unwrap()
    }

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let resources: BTreeMap<Address, BTreeSet<Address>> = edges
            .iter()
            .map(|(name, needs)| (address(name), needs.iter().map(|need| address(need)).collect()))
            .collect();
        Graph::new(&resources)
    }

    #[test]
    fn needs_come_first_and_names_decide_among_equals() {
        let order = graph(&[("a", &["c"]), ("b", &[]), ("c", &[]), ("d", &["a", "b"])])
            .order()
            .unwrap();
        assert_eq!(order, ["b", "c", "a", "d"].map(address));
    }

    #[test]
    fn the_shortest_cycle_is_told() {
        let cycle = graph(&[
            ("a", &["b"]),
            ("b", &["c"]),
            ("c", &["a", "d"]),
            ("d", &["c"]),
            ("e", &["a"]),
        ])
        .order()
        .unwrap_err();
        assert_eq!(cycle.to_string(), "resources need each other: t.t.c -> t.t.d -> t.t.c");
        let cycle = graph(&[("a", &["a"])]).order().unwrap_err();
        assert_eq!(cycle.to_string(), "resources need each other: t.t.a -> t.t.a");
    }

    #[test]
    fn reach_follows_edges_both_ways() {
        let graph = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &[]), ("d", &[])]);
        assert_eq!(
            graph.with_dependencies(&[address("b")].into()),
            [address("b"), address("c")].into()
        );
        assert_eq!(
            graph.with_dependents(&[address("b")].into()),
            [address("a"), address("b")].into()
        );
    }
}
