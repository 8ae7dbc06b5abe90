//! Between the inputs of the engine, named as in Rust, and the models of AWS.

use iac_core::model::template;
use serde_json::{Map, Value, json};

use crate::{
    names::snake,
    shape::{SchemaTree, Shape},
    type_facts::TypeFacts,
};

impl TypeFacts {
    /// Inputs as AWS spells them. Names that the type does not have stay as they are.
    pub(crate) fn to_model(&self, inputs: &Value) -> Value {
        let fields = self.top();
        let fields = fields
            .into_iter()
            .map(|(name, node)| (name, self.top_shape(name, node)));
        self.struct_to_model(fields, inputs)
    }

    fn struct_to_model<'a>(&'a self, fields: impl Iterator<Item = (&'a str, Shape<'a>)>, inputs: &Value) -> Value {
        let mut left = inputs.as_object().cloned().unwrap_or_default();
        let mut model = Map::new();
        for (name, shape) in fields {
            if let Some(value) = left.remove(&snake(name)).filter(|value| !value.is_null()) {
                model.insert(name.to_owned(), self.value_to_model(&shape, &value));
            }
        }
        model.extend(left.into_iter().filter(|(_, value)| !value.is_null()));
        Value::Object(model)
    }

    fn value_to_model(&self, shape: &Shape<'_>, value: &Value) -> Value {
        // a value that is still to come has no parts
        if template::as_expression(value).is_some() {
            return value.clone();
        }
        match (shape, value) {
            (Shape::Struct(fields), Value::Object(_)) => {
                self.struct_to_model(fields.iter().map(|(name, node)| (*name, self.shape(node))), value)
            }
            (Shape::List { items, .. }, Value::Array(values)) => {
                let shape = self.shape(items);
                values.iter().map(|value| self.value_to_model(&shape, value)).collect()
            }
            (Shape::Map(values), Value::Object(map)) => {
                let shape = self.shape(values);
                let of = |(key, value): (&String, &Value)| (key.clone(), self.value_to_model(&shape, value));
                map.iter().map(of).collect()
            }
            (Shape::Tags, Value::Object(tags)) => tags
                .iter()
                .map(|(key, value)| json!({"Key": key, "Value": value}))
                .collect(),
            (Shape::Text, Value::Number(_) | Value::Bool(_)) => Value::from(value.to_string()),
            (_, value) => value.clone(),
        }
    }

    /// A model that AWS gave as inputs: without what only AWS may say.
    pub(crate) fn to_inputs(&self, model: &Value) -> Value {
        let mut model = model.clone();
        Self::take_out(&mut model, &self.read_only_paths());
        let fields = self.top();
        let fields = fields
            .into_iter()
            .map(|(name, node)| (name, self.top_shape(name, node)));
        let mut inputs = self.struct_to_inputs(fields, &model);
        if let Some((name, _)) = self.tags_shape()
            && let Some(Value::Object(tags)) = inputs.get_mut(snake(name))
        {
            // AWS's own, which nobody else may set
            tags.retain(|key, _| !key.starts_with("aws:"));
        }
        inputs
    }

    fn struct_to_inputs<'a>(&'a self, fields: impl Iterator<Item = (&'a str, Shape<'a>)>, model: &Value) -> Value {
        let given = |(name, shape): (&str, Shape<'_>)| {
            let value = model.get(name).filter(|value| !value.is_null())?;
            Some((snake(name), self.value_to_inputs(&shape, value)))
        };
        Value::Object(fields.filter_map(given).collect())
    }

    fn value_to_inputs(&self, shape: &Shape<'_>, value: &Value) -> Value {
        // a value that is still to come has no parts
        if template::as_expression(value).is_some() {
            return value.clone();
        }
        match (shape, value) {
            (Shape::Struct(fields), Value::Object(_)) => {
                self.struct_to_inputs(fields.iter().map(|(name, node)| (*name, self.shape(node))), value)
            }
            (Shape::List { items, .. }, Value::Array(values)) => {
                let shape = self.shape(items);
                values.iter().map(|value| self.value_to_inputs(&shape, value)).collect()
            }
            (Shape::Map(values), Value::Object(map)) => {
                let shape = self.shape(values);
                let of = |(key, value): (&String, &Value)| (key.clone(), self.value_to_inputs(&shape, value));
                map.iter().map(of).collect()
            }
            (Shape::Tags, Value::Array(tags)) => {
                let of = |tag: &Value| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].clone()));
                Value::Object(tags.iter().filter_map(of).collect())
            }
            (Shape::Text, Value::Number(_) | Value::Bool(_)) => Value::from(value.to_string()),
            (_, value) => value.clone(),
        }
    }

    /// Takes the places of these paths out of a model; objects that this leaves empty stay.
    pub(crate) fn take_out(model: &mut Value, paths: &[&str]) {
        for path in paths {
            for place in Self::places(model, path) {
                let Some((parent, key)) = place.rsplit_once('/') else {
                    continue;
                };
                if let Some(Value::Object(fields)) = model.pointer_mut(parent) {
                    fields.remove(&key.replace("~1", "/").replace("~0", "~"));
                }
            }
        }
    }

    /// What a type gives, by the names that references use: what AWS alone says, and what identifies the object.
    pub(crate) fn output_paths(&self) -> Vec<(String, &str)> {
        let told = self.read_only_paths().into_iter();
        let told = told.filter(|path| !path.contains('*'));
        let mut paths: Vec<(String, &str)> = told
            .chain(self.identifier())
            .map(|path| (snake(&path.replace('/', "_")), path))
            .collect();
        paths.sort();
        paths.dedup_by(|one, other| one.0 == other.0);
        paths
    }

    /// The outputs of an object.
    pub(crate) fn outputs(&self, model: &Value) -> Value {
        let of = |(name, path): (String, &str)| {
            let value = model.pointer(&format!("/{path}"));
            (name, value.cloned().unwrap_or_default())
        };
        Value::Object(self.output_paths().into_iter().map(of).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Facts;

    #[test]
    fn a_model_comes_back_as_it_went() {
        let facts = Facts::get().find("AWS::Lambda::Function").unwrap();
        let inputs = json!({
            "function_name": "resize",
            "environment": {"variables": {"SomeKey": "1"}},
            "vpc_config": {"subnet_ids": ["subnet-1"]},
            "tags": {"team": "a"},
        });
        let model = facts.to_model(&inputs);
        let expected = json!({
            "FunctionName": "resize",
            "Environment": {"Variables": {"SomeKey": "1"}},
            "VpcConfig": {"SubnetIds": ["subnet-1"]},
            "Tags": [{"Key": "team", "Value": "a"}],
        });
        assert_eq!(model, expected);
        assert_eq!(facts.to_inputs(&model), inputs);
    }

    #[test]
    fn what_aws_alone_says_is_an_output() {
        let facts = Facts::get().find("AWS::RDS::DBInstance").unwrap();
        let model = json!({"DBInstanceIdentifier": "db", "Endpoint": {"Address": "db.example", "Port": "5432"}});
        let outputs = facts.outputs(&model);
        assert_eq!(outputs["endpoint_address"], "db.example");
        assert_eq!(outputs["db_instance_identifier"], "db");
        assert_eq!(facts.to_inputs(&model), json!({"db_instance_identifier": "db"}));
    }
}
