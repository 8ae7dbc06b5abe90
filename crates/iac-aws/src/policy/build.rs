//! Writing documents in Rust, statement by statement.

use std::collections::BTreeMap;

use iac_core::model::{Data, Input, Resolved, Stage};

use super::{Effect, PolicyDocument, Principal, Statement};

impl PolicyDocument {
    /// Adds a statement.
    #[must_use]
    pub fn statement(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// Sets the document's id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl Statement {
    /// A statement that allows.
    pub fn allow() -> Self {
        Self::new(Effect::Allow)
    }

    /// A statement that denies.
    pub fn deny() -> Self {
        Self::new(Effect::Deny)
    }

    fn new(effect: Effect) -> Self {
        Self {
            sid: None,
            effect,
            principals: Vec::new(),
            not_principals: Vec::new(),
            actions: Vec::new(),
            not_actions: Vec::new(),
            resources: Vec::new(),
            not_resources: Vec::new(),
            conditions: BTreeMap::new(),
        }
    }

    /// Names it.
    #[must_use]
    pub fn sid(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// Adds one to whom it is about.
    #[must_use]
    pub fn principal(self, principal: Principal) -> Self {
        self.principals([principal])
    }

    /// Adds to whom it is about.
    #[must_use]
    pub fn principals(mut self, principals: impl IntoIterator<Item = Principal>) -> Self {
        self.principals.extend(principals);
        self
    }

    /// Is about everyone but these.
    #[must_use]
    pub fn not_principals(mut self, principals: impl IntoIterator<Item = Principal>) -> Self {
        self.not_principals.extend(principals);
        self
    }

    /// Adds actions: `s3:GetObject`.
    #[must_use]
    pub fn actions(mut self, actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.actions.extend(actions.into_iter().map(Into::into));
        self
    }

    /// Is about every action but these.
    #[must_use]
    pub fn not_actions(mut self, actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.not_actions.extend(actions.into_iter().map(Into::into));
        self
    }

    /// Adds resources: `bucket.arn.text()`, `text!("{}/*", bucket.arn)`, `"*"`.
    #[must_use]
    pub fn resources(mut self, resources: impl IntoIterator<Item = impl Into<Input<String>>>) -> Self {
        self.resources.extend(resources.into_iter().map(Into::into));
        self
    }

    /// Is about every resource but these.
    #[must_use]
    pub fn not_resources(mut self, resources: impl IntoIterator<Item = impl Into<Input<String>>>) -> Self {
        self.not_resources.extend(resources.into_iter().map(Into::into));
        self
    }

    /// Applies only when one of the values matches: `.condition("StringEquals", "aws:SourceArn", [cdn.arn.text()])`.
    #[must_use]
    pub fn condition(
        mut self,
        operator: impl Into<String>,
        key: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<Input<String>>>,
    ) -> Self {
        let keys = self.conditions.entry(operator.into()).or_default();
        keys.entry(key.into())
            .or_default()
            .extend(values.into_iter().map(Into::into));
        self
    }
}

impl Principal {
    /// An account's id, or the ARN of an account's root, a role, a user or a session: `role.arn.text()`.
    pub fn aws(account_or_arn: impl Into<Input<String>>) -> Self {
        Self::Aws(account_or_arn.into())
    }

    /// A service of AWS: `lambda.amazonaws.com`.
    pub fn service(name: impl Into<Input<String>>) -> Self {
        Self::Service(name.into())
    }

    /// An identity provider: `provider.arn.text()`, `"cognito-identity.amazonaws.com"`.
    pub fn federated(provider: impl Into<Input<String>>) -> Self {
        Self::Federated(provider.into())
    }

    /// An account's canonical user id.
    pub fn canonical_user(id: impl Into<Input<String>>) -> Self {
        Self::CanonicalUser(id.into())
    }
}

impl<S: Stage> Principal<S> {
    /// The same principal with its text turned into another stage's.
    fn map<T: Stage>(self, turn: impl FnOnce(S::Value<String>) -> T::Value<String>) -> Principal<T> {
        match self {
            Self::Anyone => Principal::Anyone,
            Self::Aws(text) => Principal::Aws(turn(text)),
            Self::Service(text) => Principal::Service(turn(text)),
            Self::Federated(text) => Principal::Federated(turn(text)),
            Self::CanonicalUser(text) => Principal::CanonicalUser(turn(text)),
        }
    }
}

impl From<PolicyDocument<Resolved>> for PolicyDocument {
    fn from(document: PolicyDocument<Resolved>) -> Self {
        Self {
            version: document.version,
            id: document.id,
            statements: document.statements.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Statement<Resolved>> for Statement {
    fn from(statement: Statement<Resolved>) -> Self {
        let principals = |list: Vec<Principal<Resolved>>| {
            list.into_iter()
                .map(|principal| principal.map(Input::Literal))
                .collect()
        };
        Self {
            sid: statement.sid,
            effect: statement.effect,
            principals: principals(statement.principals),
            not_principals: principals(statement.not_principals),
            actions: statement.actions,
            not_actions: statement.not_actions,
            resources: literals(statement.resources),
            not_resources: literals(statement.not_resources),
            conditions: statement
                .conditions
                .into_iter()
                .map(|(operator, keys)| (operator, keys.into_iter().map(|(k, v)| (k, literals(v))).collect()))
                .collect(),
        }
    }
}

fn literals<T: Data>(values: Vec<T>) -> Vec<Input<T>> {
    values.into_iter().map(Input::Literal).collect()
}
