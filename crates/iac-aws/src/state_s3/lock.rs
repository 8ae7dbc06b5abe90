//! The lock: one item of a table, as Terraform writes it, with the end of the lease beside it.
//!
//! `LockID` is `<bucket>/<key>`, `Info` the JSON of [`LockInfo`], `Expires` a time. A lock that Terraform took has no `Expires`,
//! and Terraform meets ours as it meets its own. Every write is conditional on the item that was read.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use iac_core::{
    model::{ErrorKind, ResourceError},
    state::{BackendError, Lock, LockInfo},
};
use jiff::Timestamp;

use super::{attempts::Attempts, clients, store::StateStore};
use crate::{Aws, error::failed};

const ID: &str = "LockID";
const INFO: &str = "Info";
const EXPIRES: &str = "Expires";
/// How often a lock is tried that was given back between being refused and being read.
const TRIES: u32 = 5;

/// The item as it was read. The texts are kept: conditions compare them, and another program may have written them.
#[derive(Clone, Debug, PartialEq)]
struct Item {
    lock: Lock,
    info: String,
    expires: Option<String>,
}

impl Item {
    fn of(lock: &Lock) -> Result<Self, BackendError> {
        let info = serde_json::to_string(&lock.info).map_err(|error| ResourceError::invalid(error.to_string()))?;
        Ok(Self {
            lock: lock.clone(),
            info,
            expires: lock.expires.map(|end| end.to_string()),
        })
    }
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Refused,
    /// It was refused, but had been sent before: that one may have come through, its answer lost.
    RefusedAgain,
}

/// What a write demands of the item that is there.
enum Demand<'a> {
    /// None is there.
    Absent,
    /// It is exactly this one.
    Is(&'a Item),
    /// It is this holder's, whatever the end of its lease.
    HeldAs(&'a Item),
}

impl Demand<'_> {
    /// The condition and the values in it.
    fn expression(&self) -> (&'static str, BTreeMap<String, AttributeValue>) {
        let text = |name: &str, text: &str| (name.to_owned(), AttributeValue::S(text.to_owned()));
        match self {
            Self::Absent => ("attribute_not_exists(LockID)", BTreeMap::new()),
            Self::HeldAs(item) => ("Info = :info", BTreeMap::from([text(":info", &item.info)])),
            Self::Is(item) => match &item.expires {
                Some(expires) => (
                    "Info = :info AND Expires = :expires",
                    BTreeMap::from([text(":info", &item.info), text(":expires", expires)]),
                ),
                None => (
                    "Info = :info AND attribute_not_exists(Expires)",
                    BTreeMap::from([text(":info", &item.info)]),
                ),
            },
        }
    }
}

/// The lock of one state.
#[derive(Clone, Debug)]
pub(super) struct LockTable {
    dynamodb: aws_sdk_dynamodb::Client,
    table: String,
    /// `<bucket>/<key>`.
    id: String,
}

impl LockTable {
    pub(super) fn new(aws: &Aws, store: &StateStore, key: &str) -> Self {
        Self {
            dynamodb: clients::dynamodb(aws),
            table: store.table.clone(),
            id: format!("{}/{key}", store.bucket),
        }
    }

    /// [`Backend::holder`](iac_core::state::Backend::holder).
    pub(super) async fn holder(&self) -> Result<Option<Lock>, BackendError> {
        Ok(self.item().await?.map(|item| item.lock))
    }

    /// Reads the item.
    async fn item(&self) -> Result<Option<Item>, BackendError> {
        let answer = self
            .dynamodb
            .get_item()
            .table_name(&self.table)
            .key(ID, AttributeValue::S(self.id.clone()))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed("dynamodb:GetItem"))
            .map_err(|error| self.explained_lock(error))?;
        let Some(attributes) = answer.item else {
            return Ok(None);
        };
        let text = |name: &str| attributes.get(name).and_then(|value| value.as_s().ok()).cloned();
        let malformed = |message: String| BackendError::Malformed {
            name: format!("the lock {} in the table {}", self.id, self.table),
            message,
        };
        let info = text(INFO).ok_or_else(|| malformed("it has no `Info`".to_owned()))?;
        let parsed: LockInfo = serde_json::from_str(&info).map_err(|error| malformed(error.to_string()))?;
        let expires = text(EXPIRES);
        let end = expires.as_deref().map(str::parse).transpose();
        let end = end.map_err(|error: jiff::Error| malformed(error.to_string()))?;
        Ok(Some(Item {
            lock: Lock {
                info: parsed,
                expires: end,
            },
            info,
            expires,
        }))
    }

    /// Writes the item.
    async fn write_item(&self, item: &Item, demand: Demand<'_>) -> Result<Outcome, BackendError> {
        let (condition, values) = demand.expression();
        let mut request = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .item(ID, AttributeValue::S(self.id.clone()))
            .item(INFO, AttributeValue::S(item.info.clone()))
            .condition_expression(condition);
        if let Some(expires) = &item.expires {
            request = request.item(EXPIRES, AttributeValue::S(expires.clone()));
        }
        for (name, value) in values {
            request = request.expression_attribute_values(name, value);
        }
        let attempts = Attempts::default();
        let counted = aws_sdk_dynamodb::config::Builder::new().interceptor(attempts.clone());
        let answer = request.customize().config_override(counted).send().await;
        self.outcome(answer.map_err(failed("dynamodb:PutItem")), &attempts)
    }

    /// Removes the item.
    async fn remove_item(&self, demand: Demand<'_>) -> Result<Outcome, BackendError> {
        let (condition, values) = demand.expression();
        let mut request = self
            .dynamodb
            .delete_item()
            .table_name(&self.table)
            .key(ID, AttributeValue::S(self.id.clone()))
            .condition_expression(condition);
        for (name, value) in values {
            request = request.expression_attribute_values(name, value);
        }
        let attempts = Attempts::default();
        let counted = aws_sdk_dynamodb::config::Builder::new().interceptor(attempts.clone());
        let answer = request.customize().config_override(counted).send().await;
        self.outcome(answer.map_err(failed("dynamodb:DeleteItem")), &attempts)
    }

    fn outcome<T>(&self, answer: Result<T, ResourceError>, attempts: &Attempts) -> Result<Outcome, BackendError> {
        match answer {
            Ok(_) => Ok(Outcome::Done),
            Err(error) if error.code != "ConditionalCheckFailedException" => Err(self.explained_lock(error).into()),
            Err(_) if attempts.repeated() => Ok(Outcome::RefusedAgain),
            Err(_) => Ok(Outcome::Refused),
        }
    }

    fn explained_lock(&self, error: ResourceError) -> ResourceError {
        if error.code != "ResourceNotFoundException" {
            return error;
        }
        error.hint(format!(
            "make the lock table `{}` with `bootstrap`, or correct its name",
            self.table
        ))
    }

    /// [`Backend::lock`](iac_core::state::Backend::lock).
    pub(super) async fn take(&self, lock: &Lock, over: Option<&Lock>) -> Result<(), BackendError> {
        let wanted = Item::of(lock)?;
        for _ in 0..TRIES {
            let there = match over {
                Some(_) => self.item().await?,
                None => None,
            };
            let demand = match &there {
                // an earlier try of this very call came through, and its answer was lost
                Some(there) if there.lock == *lock => return Ok(()),
                Some(there) if over != Some(&there.lock) => {
                    return Err(BackendError::Locked(Box::new(there.lock.clone())));
                }
                Some(there) => Demand::Is(there),
                None => Demand::Absent,
            };
            if self.write_item(&wanted, demand).await? == Outcome::Done {
                return Ok(());
            }
            match self.item().await? {
                Some(there) if there.lock == *lock => return Ok(()),
                Some(there) if over != Some(&there.lock) => return Err(BackendError::Locked(Box::new(there.lock))),
                _ => {}
            }
        }
        let message = "the lock changes hands too fast to be taken";
        Err(ResourceError::new(ErrorKind::Conflict, message)
            .during("dynamodb:PutItem")
            .into())
    }

    /// [`Backend::renew`](iac_core::state::Backend::renew).
    pub(super) async fn prolong(&self, held: &Lock, expires: Timestamp) -> Result<Lock, BackendError> {
        let renewed = Lock {
            expires: Some(expires),
            ..held.clone()
        };
        let outcome = self
            .write_item(&Item::of(&renewed)?, Demand::Is(&Item::of(held)?))
            .await?;
        if outcome == Outcome::Done {
            return Ok(renewed);
        }
        match self.item().await?.map(|item| item.lock) {
            Some(there) if outcome == Outcome::RefusedAgain && there == renewed => Ok(renewed),
            there => Err(BackendError::NotHeld(there.map(Box::new))),
        }
    }

    /// [`Backend::unlock`](iac_core::state::Backend::unlock).
    pub(super) async fn release(&self, id: &str) -> Result<(), BackendError> {
        let item = match self.item().await? {
            Some(item) if item.lock.info.id == id => item,
            there => return Err(BackendError::NotHeld(there.map(|item| Box::new(item.lock)))),
        };
        let outcome = self.remove_item(Demand::HeldAs(&item)).await?;
        if outcome == Outcome::Done {
            return Ok(());
        }
        match self.item().await? {
            Some(there) if there.lock.info.id == id => Err(BackendError::NotHeld(Some(Box::new(there.lock)))),
            _ if outcome == Outcome::RefusedAgain => Ok(()),
            there => Err(BackendError::NotHeld(there.map(|item| Box::new(item.lock)))),
        }
    }
}
