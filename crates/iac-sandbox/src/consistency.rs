//! Which reads AWS documents as eventually consistent: they may be answered from before the last change.

use serde_json::Value;

use crate::call::Call;
use crate::service::Service;

/// The reads of one service that may lag. Names that end in `*` stand for all that begin so.
struct Lagging {
    service: Service,
    operations: &'static [&'static str],
}

/// By service; what is not named here is always answered from what is.
///
/// - `CloudFront`: AWS says nothing of its API. It is a global service like IAM and taken to be no better.
/// - DynamoDB: `DescribeTable` "uses an eventually consistent query"; a table that was just made may be answered with
///   `ResourceNotFoundException`. `ListTagsOfResource` right after `TagResource` may give the tags before it, and
///   `GetResourcePolicy` right after `PutResourcePolicy` `PolicyNotFoundException`. Reads of items are strong where they
///   ask for it (`ConsistentRead`). Source: the API reference of these operations.
/// - EC2: every describe operation. Source: EC2 developer guide, "Eventual consistency in the Amazon EC2 API".
/// - IAM: every read. Source: IAM user guide, "Changes that I make are not always immediately visible".
/// - S3: buckets and their configurations; reads and lists of objects are strong. Source: S3 user guide, "Amazon S3 data
///   consistency model".
const LAGGING: [Lagging; 5] = [
    Lagging {
        service: Service::CloudFront,
        operations: &["Describe*", "Get*", "List*"],
    },
    Lagging {
        service: Service::DynamoDb,
        operations: &[
            "DescribeTable",
            "ListTagsOfResource",
            "GetResourcePolicy",
            "BatchGetItem",
            "GetItem",
            "Query",
            "Scan",
        ],
    },
    Lagging {
        service: Service::Ec2,
        operations: &["Describe*"],
    },
    Lagging {
        service: Service::Iam,
        operations: &["Get*", "List*"],
    },
    Lagging {
        service: Service::S3,
        operations: &[
            "GetBucket*",
            "GetObjectLockConfiguration",
            "GetPublicAccessBlock",
            "HeadBucket",
            "ListBucket*",
        ],
    },
];

/// Whether AWS may answer this request from before the last change.
pub(crate) fn may_lag(call: &Call) -> bool {
    let is_named = |name: &&str| match name.strip_suffix('*') {
        Some(start) => call.operation.starts_with(start),
        None => call.operation == *name,
    };
    let mut rules = LAGGING.iter().filter(|rule| rule.service == call.service);
    rules.any(|rule| rule.operations.iter().any(&is_named)) && !asks_for_the_latest(call)
}

/// Whether a read of items is a strong one: in `BatchGetItem`, of any of its tables.
fn asks_for_the_latest(call: &Call) -> bool {
    if call.service != Service::DynamoDb {
        return false;
    }
    let Ok(input) = serde_json::from_slice::<Value>(&call.body) else {
        return false;
    };
    let is_strong = |input: &Value| input.get("ConsistentRead") == Some(&Value::Bool(true));
    let tables = input.get("RequestItems").and_then(Value::as_object);
    is_strong(&input) || tables.is_some_and(|tables| tables.values().any(is_strong))
}
