//! Where an environment is: told before anything is shown or asked, since the right change in the wrong account is wrong.

use std::collections::{BTreeMap, BTreeSet};

use iac_core::{
    Session,
    model::{Address, Stack},
};

use super::style::{DIM, paint};

/// The accounts and regions the stack's resources are in: `account 123456789012, eu-central-1`. Those of all types when it has
/// none.
pub(crate) fn account(session: &Session, stack: &Stack) -> String {
    let mut types: BTreeSet<&str> = stack.nodes().keys().map(Address::type_name).collect();
    if types.is_empty() {
        types = session.registry.names().collect();
    }
    let mut accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for reconciler in types.into_iter().filter_map(|name| session.registry.get(name)) {
        let location = reconciler.location();
        if !location.account.is_empty() {
            accounts.entry(location.account).or_default().insert(location.region);
        }
    }
    let accounts = accounts.into_iter().map(|(account, regions)| {
        let regions: Vec<String> = regions.into_iter().filter(|region| !region.is_empty()).collect();
        let comma = if regions.is_empty() { "" } else { ", " };
        format!("account {account}{comma}{}", regions.join(", "))
    });
    accounts.collect::<Vec<_>>().join("; ")
}

/// One line: stack, environment, account and state.
pub(crate) fn line(session: &Session, stack: &Stack, sandbox: bool) -> String {
    let account = account(session, stack);
    let account = match (account.is_empty(), sandbox) {
        (true, true) => " in the sandbox".to_owned(),
        (true, false) => String::new(),
        (false, true) => format!(" in the sandbox ({account})"),
        (false, false) => format!(" in {account}"),
    };
    let place = session.backend.place();
    let text = format!("{}/{}{account}; state in {place}", stack.name(), stack.environment());
    paint(DIM, text) + "\n"
}
