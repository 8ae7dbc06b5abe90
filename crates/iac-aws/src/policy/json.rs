//! The JSON of policy documents: one value or a list of them, principals by their kind, conditions. Reads as a stream, so that
//! a mistake is told with its line and column.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use iac_core::model::Stage;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// Reads one value or a list of them.
pub(super) fn one_or_many<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    OneOrMany::deserialize(deserializer).map(|list| list.0)
}

/// What stands under an operator and a key.
type ByOperator<T> = BTreeMap<String, BTreeMap<String, T>>;

/// Reads conditions.
pub(super) fn conditions<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<ByOperator<Vec<T>>, D::Error> {
    let read = ByOperator::<OneOrMany<T>>::deserialize(deserializer)?;
    let lists = |keys: BTreeMap<String, OneOrMany<T>>| keys.into_iter().map(|(key, list)| (key, list.0)).collect();
    Ok(read
        .into_iter()
        .map(|(operator, keys)| (operator, lists(keys)))
        .collect())
}

/// One value or a list of them.
struct OneOrMany<T>(Vec<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient::<T, true>(PhantomData)).map(Self)
    }
}

/// One value. Switches and numbers stand for their text, as IAM takes them.
struct One<T>(T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut one = deserializer.deserialize_any(Lenient::<T, false>(PhantomData))?;
        one.pop()
            .map(Self)
            .ok_or_else(|| de::Error::custom("a value is missing"))
    }
}

/// Reads a text, a switch, a number or an object as a `T`; a list of them when `LIST`.
struct Lenient<T, const LIST: bool>(PhantomData<T>);

impl<'de, T: DeserializeOwned, const LIST: bool> Visitor<'de> for Lenient<T, LIST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if LIST { "a value or a list of values" } else { "a value" })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
        T::deserialize(text.into_deserializer()).map(|value| vec![value])
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Vec<T>, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Vec<T>, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Vec<T>, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Vec<T>, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| vec![value])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        if !LIST {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        let mut list = Vec::new();
        while let Some(One(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(list)
    }
}

/// Principals: `"*"`, or lists by kind.
pub(super) mod principals {
    use serde::{Serializer, ser::SerializeMap};

    use super::{BTreeMap, Deserializer, MapAccess, OneOrMany, PhantomData, Serialize, Stage, Visitor, de, fmt};
    use crate::policy::Principal;

    const ANYONE: &str = "*";
    const KINDS: &[&str] = &["AWS", "CanonicalUser", "Federated", "Service"];

    pub(in crate::policy) fn serialize<S: Stage, Z: Serializer>(
        principals: &[Principal<S>],
        serializer: Z,
    ) -> Result<Z::Ok, Z::Error> {
        if let [Principal::Anyone] = principals {
            return serializer.serialize_str(ANYONE);
        }
        let mut kinds: BTreeMap<&str, Vec<Text<'_, S::Value<String>>>> = BTreeMap::new();
        for principal in principals {
            let (kind, text) = match principal {
                Principal::Anyone => ("AWS", Text::Anyone(ANYONE)),
                Principal::Aws(text) => ("AWS", Text::Named(text)),
                Principal::Service(text) => ("Service", Text::Named(text)),
                Principal::Federated(text) => ("Federated", Text::Named(text)),
                Principal::CanonicalUser(text) => ("CanonicalUser", Text::Named(text)),
            };
            kinds.entry(kind).or_default().push(text);
        }
        let mut map = serializer.serialize_map(Some(kinds.len()))?;
        for (kind, texts) in kinds {
            map.serialize_entry(kind, &texts)?;
        }
        map.end()
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    enum Text<'a, T> {
        Anyone(&'static str),
        Named(&'a T),
    }

    pub(in crate::policy) fn deserialize<'de, S: Stage, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Principal<S>>, D::Error> {
        deserializer.deserialize_any(Principals(PhantomData))
    }

    struct Principals<S>(PhantomData<S>);

    impl<'de, S: Stage> Visitor<'de> for Principals<S> {
        type Value = Vec<Principal<S>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("\"*\" or an object like {\"AWS\": ..}")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            if text == ANYONE {
                Ok(vec![Principal::Anyone])
            } else {
                Err(E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut principals = Vec::new();
            while let Some(kind) = map.next_key::<String>()? {
                let make = match kind.as_str() {
                    "AWS" => Principal::Aws,
                    "Service" => Principal::Service,
                    "Federated" => Principal::Federated,
                    "CanonicalUser" => Principal::CanonicalUser,
                    other => return Err(de::Error::unknown_field(other, KINDS)),
                };
                let OneOrMany(texts) = map.next_value()?;
                principals.extend(texts.into_iter().map(make));
            }
            Ok(principals)
        }
    }
}
