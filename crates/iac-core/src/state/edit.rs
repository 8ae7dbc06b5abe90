//! Changes of the state alone, asked for by a person: renames, letting go, putting a document in place of another.

use super::{document::State, entry::ResourceState};
use crate::model::{Address, Hint};

/// Why the state cannot be changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The state does not hold it.
    #[error("the state holds no {address}")]
    NoSuchResource {
        /// The address.
        address: Address,
        /// One that is called much the same.
        nearest: Option<Address>,
    },
    /// Something has that address already.
    #[error("the state holds {address} already")]
    Exists {
        /// The address.
        address: Address,
    },
    /// A rename does not change the type.
    #[error("{from} cannot become {to}: a rename does not change the type")]
    OtherType {
        /// The old address.
        from: Address,
        /// The new address.
        to: Address,
    },
    /// An interrupted run left something of it open.
    #[error("an interrupted run left {address} open")]
    PendingOperation {
        /// The resource.
        address: Address,
    },
}

impl Hint for EditError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoSuchResource { nearest, .. } => nearest
                .iter()
                .map(|nearest| format!("did you mean {nearest}?"))
                .collect(),
            Self::Exists { .. } => vec!["choose another name, or forget that one first with `forget`".to_owned()],
            Self::OtherType { .. } => Vec::new(),
            Self::PendingOperation { .. } => vec!["run `apply` first: it recovers what is open".to_owned()],
        }
    }
}

/// Why a document is not put in place of the stored one. `--force` overrides each of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// It has another origin.
    #[error("the pushed state is of lineage {pushed}, the stored one of {stored}")]
    OtherLineage {
        /// The stored state's lineage.
        stored: String,
        /// The pushed state's lineage.
        pushed: String,
    },
    /// What is stored is newer.
    #[error("the pushed state has serial {pushed}, the stored one is at {stored} already")]
    Older {
        /// The stored state's serial.
        stored: u64,
        /// The pushed state's serial.
        pushed: u64,
    },
    /// Two different states of one serial.
    #[error("the pushed state has serial {serial} as the stored one, but other content")]
    Differs {
        /// The serial.
        serial: u64,
    },
}

impl Hint for PushError {
    fn hints(&self) -> Vec<String> {
        let what = match self {
            Self::OtherLineage { .. } => {
                "they are states of different origin: check that the file belongs to this environment"
            }
            Self::Older { .. } => "something was written since: look at it with `history` and `state pull`",
            Self::Differs { .. } => "compare them: `state pull` prints the stored one",
        };
        vec![
            what.to_owned(),
            "`--force` puts it in place all the same; what is stored is kept in the history".to_owned(),
        ]
    }
}

impl State {
    /// Renames a resource.
    ///
    /// # Errors
    /// [`EditError`]: it is not there, the new name is taken, another type, or something of it is open.
    pub fn move_resource(&mut self, from: &Address, to: &Address) -> Result<(), EditError> {
        if from.type_name() != to.type_name() {
            let (from, to) = (from.clone(), to.clone());
            return Err(EditError::OtherType { from, to });
        }
        self.known(from)?;
        if self.resources.contains_key(to) {
            return Err(EditError::Exists { address: to.clone() });
        }
        self.rename(from, to);
        Ok(())
    }

    /// Forgets a resource; its objects stay in the cloud.
    ///
    /// # Errors
    /// [`EditError`]: it is not there, or something of it is open.
    pub fn forget(&mut self, address: &Address) -> Result<ResourceState, EditError> {
        let resource = self.known(address)?.clone();
        self.resources.remove(address);
        for other in self.resources.values_mut() {
            other.dependencies.remove(address);
        }
        Ok(resource)
    }

    fn known(&self, address: &Address) -> Result<&ResourceState, EditError> {
        if self
            .pending_operations
            .iter()
            .any(|open| open.intent.address == *address)
        {
            let address = address.clone();
            return Err(EditError::PendingOperation { address });
        }
        self.resources.get(address).ok_or_else(|| EditError::NoSuchResource {
            address: address.clone(),
            nearest: address.nearest(self.resources.keys()).cloned(),
        })
    }

    /// Whether `pushed` may take the place of this state, which is stored. The same state may.
    ///
    /// # Errors
    /// [`PushError`]: another lineage, an older serial, or the same serial with other content.
    pub fn accepts(&self, pushed: &Self) -> Result<(), PushError> {
        if self.lineage != pushed.lineage {
            return Err(PushError::OtherLineage {
                stored: self.lineage.clone(),
                pushed: pushed.lineage.clone(),
            });
        }
        if pushed.serial < self.serial {
            return Err(PushError::Older {
                stored: self.serial,
                pushed: pushed.serial,
            });
        }
        if pushed.serial == self.serial && pushed != self {
            return Err(PushError::Differs { serial: self.serial });
        }
        Ok(())
    }
}
