//! Things that take time: what was just made or changed shows as not ready for some reads.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;
use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::service::Service;
use crate::xml::{self, Element};

/// A kind of thing that takes time.
struct Slow {
    service: Service,
    /// The operations that make or change it.
    changed_by: &'static [&'static str],
    /// The operations that show it.
    shown_by: &'static [&'static str],
    /// The field that names it.
    id: &'static str,
    /// The field that says how it is.
    status: &'static str,
    /// What that says while it is not ready.
    not_ready: &'static str,
}

/// Sources: `CloudFront` API reference, `Distribution` ("`Status`"); EC2 API reference, `Vpc` and `Subnet` ("`state`");
/// DynamoDB API reference, `TableDescription` ("`TableStatus`").
const SLOW: [Slow; 5] = [
    Slow {
        service: Service::CloudFront,
        changed_by: &["CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution"],
        shown_by: &["GetDistribution", "ListDistributions"],
        id: "Id",
        status: "Status",
        not_ready: "InProgress",
    },
    Slow {
        service: Service::DynamoDb,
        changed_by: &["CreateTable"],
        shown_by: &["DescribeTable"],
        id: "TableName",
        status: "TableStatus",
        not_ready: "CREATING",
    },
    Slow {
        service: Service::DynamoDb,
        changed_by: &["UpdateTable"],
        shown_by: &["DescribeTable"],
        id: "TableName",
        status: "TableStatus",
        not_ready: "UPDATING",
    },
    Slow {
        service: Service::Ec2,
        changed_by: &["CreateVpc"],
        shown_by: &["DescribeVpcs"],
        id: "vpcId",
        status: "state",
        not_ready: "pending",
    },
    Slow {
        service: Service::Ec2,
        changed_by: &["CreateSubnet"],
        shown_by: &["DescribeSubnets"],
        id: "subnetId",
        status: "state",
        not_ready: "pending",
    },
];

/// What of one service is not ready yet.
#[derive(Default)]
pub(crate) struct Readiness {
    /// How many reads show a thing as not ready.
    reads: u32,
    /// How many are left, and what they show, by the field and the value that name a thing.
    left: BTreeMap<(&'static str, String), (u32, &'static str)>,
}

impl Readiness {
    /// From now on what is made or changed takes so many reads. What was is ready.
    pub(crate) fn set(&mut self, reads: u32) {
        *self = Self {
            reads,
            left: BTreeMap::new(),
        };
    }

    /// A change was answered so: what it made or changed begins to take time.
    pub(crate) fn changed(&mut self, call: &Call, answer: &MockResponse) {
        if self.reads == 0 || answer.status >= 400 {
            return;
        }
        let mut document = Document::of(call, answer);
        for slow in kinds(call, |slow| slow.changed_by) {
            document.each(slow, &mut |id, _| {
                self.left.insert((slow.id, id.to_owned()), (self.reads, slow.not_ready));
                None
            });
        }
    }

    /// Shows what is not ready in the answer to a read, and counts it.
    pub(crate) fn show(&mut self, call: &Call, answer: &mut MockResponse) {
        if self.left.is_empty() || answer.status >= 400 {
            return;
        }
        let mut document = Document::of(call, answer);
        let mut shown = false;
        for slow in kinds(call, |slow| slow.shown_by) {
            document.each(slow, &mut |id, _| {
                let key = (slow.id, id.to_owned());
                let (left, word) = self.left.get_mut(&key).filter(|(_, word)| *word == slow.not_ready)?;
                let word = *word;
                *left -= 1;
                if *left == 0 {
                    self.left.remove(&key);
                }
                shown = true;
                Some(word)
            });
        }
        if shown {
            answer.body = document.bytes();
        }
    }
}

/// The kinds whose operations of one sort include this one.
fn kinds(call: &Call, operations: fn(&Slow) -> &'static [&'static str]) -> impl Iterator<Item = &'static Slow> {
    SLOW.iter()
        .filter(move |slow| slow.service == call.service && operations(slow).contains(&call.operation.as_str()))
}

/// An answer's body.
enum Document {
    Xml(Element),
    Json(Value),
}

/// Told the id and the status of a thing, gives another status for it.
type Edit<'a> = dyn FnMut(&str, &str) -> Option<&'static str> + 'a;

impl Document {
    fn of(call: &Call, answer: &MockResponse) -> Self {
        if call.service == Service::DynamoDb {
            Self::Json(serde_json::from_slice(&answer.body).unwrap_or_default())
        } else {
            Self::Xml(xml::parse(&answer.body).unwrap_or_default())
        }
    }

    /// Visits everything that has a field for its id and one for its status.
    fn each(&mut self, slow: &Slow, edit: &mut Edit<'_>) {
        match self {
            Self::Xml(root) => in_element(root, slow, edit),
            Self::Json(root) => in_value(root, slow, edit),
        }
    }

    fn bytes(&self) -> Bytes {
        match self {
            Self::Xml(root) => root.document().into(),
            Self::Json(root) => root.to_string().into(),
        }
    }
}

fn in_element(element: &mut Element, slow: &Slow, edit: &mut Edit<'_>) {
    let found = element.value(&[slow.id]).zip(element.value(&[slow.status]));
    if let Some(word) = found.and_then(|(id, status)| edit(id, status)) {
        element.set(Element::text(slow.status, word));
    }
    for child in &mut element.children {
        in_element(child, slow, edit);
    }
}

fn in_value(value: &mut Value, slow: &Slow, edit: &mut Edit<'_>) {
    if let Value::Object(fields) = value {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let word = text(slow.id)
            .zip(text(slow.status))
            .and_then(|(id, status)| edit(id, status));
        if let Some(word) = word {
            fields.insert(slow.status.to_owned(), word.into());
        }
        for inner in fields.values_mut() {
            in_value(inner, slow, edit);
        }
    }
}
