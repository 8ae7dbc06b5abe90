//! Outputs of resources, by reference, and what may be made of them.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{
    address::Address,
    data::{Data, HasSchema},
    expr::{Expr, Reference, Segment},
    input::{AddressBlock, AsText, AssignableTo, Input},
    schema::Schema,
    template,
};

/// An output of a resource in the stack, by reference: data that says where the value will come from.
pub struct Output<T> {
    reference: Reference,
    kind: PhantomData<fn() -> T>,
}

impl<T> Output<T> {
    /// The output `name` of the resource at `address`.
    pub fn new(address: &Address, name: &str) -> Self {
        Self {
            reference: Reference {
                address: address.clone(),
                path: vec![Segment::Key(name.to_owned())],
            },
            kind: PhantomData,
        }
    }

    /// Where the value comes from.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    fn expr(&self) -> Expr {
        Expr::Ref(self.reference.clone())
    }

    fn step<U>(&self, segment: Segment) -> Output<U> {
        let mut reference = self.reference.clone();
        reference.path.push(segment);
        Output {
            reference,
            kind: PhantomData,
        }
    }
}

impl<T: AsText> Output<T> {
    /// The value as plain text: the explicit way to use an id or an ARN where text is wanted. A secret has no such way.
    pub fn text(&self) -> Input<String> {
        Input::Expr(self.expr())
    }
}

impl<T: AddressBlock> Output<T> {
    /// One of the equal parts of the block, with `newbits` more bits in its prefix, counted from zero: of a `/56` that is known
    /// only once it is there, `subnet(8, 0)` to `subnet(8, 255)` are its `/64` blocks.
    ///
    /// A part that the block does not have is an error of the plan, or of the apply when the block is known only then.
    pub fn subnet(&self, newbits: u8, number: u64) -> Input<T> {
        Input::from(self).subnet(newbits, number)
    }
}

impl<T> Output<Vec<T>> {
    /// The element at `index`, counted from zero.
    pub fn index(&self, index: usize) -> Output<T> {
        self.step(Segment::Index(index))
    }
}

impl<T> Output<BTreeMap<String, T>> {
    /// The value under `key`.
    pub fn key(&self, key: &str) -> Output<T> {
        self.step(Segment::Key(key.to_owned()))
    }
}

// ---- conversions: a wrong kind is answered by the sentence on `AssignableTo`

impl<T: Data, U: AssignableTo<T>> From<&Output<U>> for Input<T> {
    fn from(output: &Output<U>) -> Self {
        Self::Expr(output.expr())
    }
}

impl<T: Data, U: AssignableTo<T>> From<Output<U>> for Input<T> {
    fn from(output: Output<U>) -> Self {
        Self::Expr(output.expr())
    }
}

// ---- the serialised form: the tagged object of its expression

impl<T> Serialize for Output<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        template::expression(&self.expr()).serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Output<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match template::as_expression(&Value::deserialize(deserializer)?) {
            Some(Expr::Ref(reference)) => Ok(Self {
                reference,
                kind: PhantomData,
            }),
            _ => Err(de::Error::custom("not a reference to an output")),
        }
    }
}

impl<T: HasSchema> HasSchema for Output<T> {
    fn schema() -> Schema {
        T::schema()
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self {
            reference: self.reference.clone(),
            kind: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reference)
    }
}

impl<T> PartialEq for Output<T> {
    fn eq(&self, other: &Self) -> bool {
        self.reference == other.reference
    }
}
