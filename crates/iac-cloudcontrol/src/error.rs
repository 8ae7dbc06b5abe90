//! What is wrong with the name of a type.

/// There are no facts of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoSuchType {
    /// AWS's registry has no such type, or none that was known when the facts were derived.
    #[error("there is no type `{name}`")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The name most like it.
        nearest: Option<&'static str>,
    },
    /// The type is in the registry, and Cloud Control cannot create it.
    #[error("`{name}` cannot be managed: AWS's registry has no handler that creates it")]
    NotManaged {
        /// The name that was asked for.
        name: String,
    },
}

impl NoSuchType {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown {
                nearest: Some(nearest), ..
            } => format!("did you mean `{nearest}`?"),
            Self::Unknown { .. } => "names look like `AWS::SQS::Queue`".to_owned(),
            Self::NotManaged { .. } => "use a type that does the same, or the service's own API".to_owned(),
        }
    }
}
