//! A plan taken apart into steps, and the order they must keep.

use std::collections::BTreeMap;

use petgraph::{
    Direction,
    algo::has_path_connecting,
    graph::{DiGraph, NodeIndex},
    visit::Topo,
};

use crate::{
    model::Address,
    plan::{Action, Change, Plan},
    state::ObjectState,
};

/// One call on one object.
#[derive(Clone, Debug)]
pub(crate) struct Step<'a> {
    pub change: &'a Change,
    pub kind: Kind<'a>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind<'a> {
    Create,
    Update,
    /// Deletes the current object.
    Delete,
    /// Deletes the object that this very plan replaces.
    DeleteReplaced,
    /// Deletes what an earlier run left.
    DeleteDeposed(&'a ObjectState),
}

impl Step<'_> {
    /// The step in the words of plans.
    pub(crate) fn action(&self) -> Action {
        match self.kind {
            Kind::Create => Action::Create,
            Kind::Update => Action::Update,
            Kind::Delete | Kind::DeleteReplaced | Kind::DeleteDeposed(_) => Action::Delete,
        }
    }
}

/// The steps of a plan; an edge leads from what must be done first to what waits for it.
#[derive(Debug, Default)]
pub(crate) struct Steps<'a> {
    graph: DiGraph<Step<'a>, ()>,
}

/// The steps of one change.
#[derive(Clone, Copy, Debug, Default)]
struct ResourceSteps {
    /// The create or update.
    create_or_update: Option<NodeIndex>,
    /// The delete that comes before a create, or stands alone.
    delete: Option<NodeIndex>,
    /// The delete of the old object after its replacement was made.
    delete_after: Option<NodeIndex>,
    /// The first and the last delete of what earlier runs left.
    deposed: Option<(NodeIndex, NodeIndex)>,
}

impl<'a> Steps<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let mut steps = Self::default();
        let mut own: BTreeMap<&Address, ResourceSteps> = BTreeMap::new();
        for change in &plan.changes {
            own.insert(&change.address, steps.add(change));
        }
        for change in &plan.changes {
            steps.create_after_dependencies(change, &own);
        }
        for change in &plan.changes {
            steps.delete_after_users(change, &own);
        }
        for change in &plan.changes {
            steps.delete_after_old_dependents(change, &own);
        }
        steps
    }

    fn add(&mut self, change: &'a Change) -> ResourceSteps {
        let mut own = ResourceSteps::default();
        let mut add = |kind| Some(self.graph.add_node(Step { change, kind }));
        match change.action {
            Action::Create => own.create_or_update = add(Kind::Create),
            Action::Update => own.create_or_update = add(Kind::Update),
            Action::Delete if change.data.prior.is_some() => own.delete = add(Kind::Delete),
            Action::Replace | Action::ReplaceCreateFirst if change.data.retains() => {
                own.create_or_update = add(Kind::Create);
            }
            Action::Replace => {
                own.delete = add(Kind::Delete);
                own.create_or_update = add(Kind::Create);
            }
            Action::ReplaceCreateFirst => {
                own.create_or_update = add(Kind::Create);
                own.delete_after = add(Kind::DeleteReplaced);
            }
            Action::Delete | Action::NoOp | Action::Forget => {}
        }
        let deposed: Vec<NodeIndex> = change
            .data
            .deposed
            .iter()
            .filter_map(|object| add(Kind::DeleteDeposed(object)))
            .collect();
        for after in [own.delete, own.delete_after] {
            self.edge(own.create_or_update.filter(|_| own.delete_after.is_some()), after);
        }
        if change.action == Action::Replace {
            self.edge(own.delete, own.create_or_update);
        }
        own.deposed = deposed.first().copied().zip(deposed.last().copied());
        // what an earlier run left goes last, one after the other: the state's entry has one writer at a time
        let mut last = own.delete_after.or(own.create_or_update).or(own.delete);
        for step in deposed {
            self.edge(last, Some(step));
            last = Some(step);
        }
        own
    }

    /// Makes come after the makes of what they need.
    fn create_after_dependencies(&mut self, change: &Change, own: &BTreeMap<&Address, ResourceSteps>) {
        let Some(mine) = own.get(&change.address) else { return };
        for need in change.data.dependencies.iter().filter_map(|need| own.get(need)) {
            self.edge(need.create_or_update, mine.create_or_update);
        }
    }

    /// An old object goes only when those that used it use the new one.
    fn delete_after_users(&mut self, change: &Change, own: &BTreeMap<&Address, ResourceSteps>) {
        let Some(mine) = own.get(&change.address) else { return };
        for need in change.data.dependencies.iter().filter_map(|need| own.get(need)) {
            self.edge(mine.create_or_update, need.delete_after);
            let deposed = need.deposed.map(|(first, _)| first);
            for user in [
                mine.create_or_update,
                mine.delete,
                mine.delete_after,
                mine.deposed.map(|(_, last)| last),
            ] {
                self.edge_unless_cycle(user, deposed);
            }
        }
    }

    /// Deletes come after the changes with which others stop using the object.
    fn delete_after_old_dependents(&mut self, change: &Change, own: &BTreeMap<&Address, ResourceSteps>) {
        let Some(mine) = own.get(&change.address) else { return };
        for need in change.data.old_dependencies.iter().filter_map(|need| own.get(need)) {
            let deposed = need.deposed.map(|(first, _)| first);
            for gone in [mine.delete, mine.delete_after, mine.deposed.map(|(_, last)| last)] {
                for old in [need.delete, need.delete_after, deposed] {
                    self.edge_unless_cycle(gone, old);
                }
            }
            self.edge_unless_cycle(mine.create_or_update, deposed);
            self.edge_unless_cycle(mine.create_or_update, need.delete_after);
            if need.create_or_update.is_none() {
                self.edge(mine.create_or_update, need.delete);
            }
            if change.action == Action::Delete {
                // the update of what is needed waits for the delete of who needed it, where that closes no cycle
                self.edge_unless_cycle(mine.delete, need.create_or_update);
            }
        }
    }

    fn edge(&mut self, first: Option<NodeIndex>, then: Option<NodeIndex>) {
        if let (Some(first), Some(then)) = (first, then) {
            self.graph.update_edge(first, then, ());
        }
    }

    fn edge_unless_cycle(&mut self, first: Option<NodeIndex>, then: Option<NodeIndex>) {
        if let (Some(start), Some(end)) = (first, then)
            && !has_path_connecting(&self.graph, end, start, None)
        {
            self.edge(first, then);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.graph.node_count()
    }

    pub(crate) fn get(&self, index: NodeIndex) -> &Step<'a> {
        &self.graph[index]
    }

    pub(crate) fn indices(&self) -> impl Iterator<Item = NodeIndex> {
        self.graph.node_indices()
    }

    /// How many steps must be done before each.
    pub(crate) fn waits(&self) -> BTreeMap<NodeIndex, usize> {
        self.indices()
            .map(|index| (index, self.graph.neighbors_directed(index, Direction::Incoming).count()))
            .collect()
    }

    /// The steps that wait for this one.
    pub(crate) fn next(&self, index: NodeIndex) -> Vec<NodeIndex> {
        self.graph.neighbors(index).collect()
    }

    /// For each step the length of the longest way to the end: what has most behind it goes first.
    pub(crate) fn depths(&self) -> BTreeMap<NodeIndex, usize> {
        let mut order = Vec::with_capacity(self.len());
        let mut topo = Topo::new(&self.graph);
        while let Some(index) = topo.next(&self.graph) {
            order.push(index);
        }
        let mut depths = BTreeMap::new();
        for index in order.into_iter().rev() {
            let deepest = self
                .graph
                .neighbors(index)
                .filter_map(|next| depths.get(&next))
                .max()
                .copied()
                .unwrap_or(0);
            depths.insert(index, deepest + 1);
        }
        depths
    }
}
