//! Invalidations: in progress in the answer that makes them, completed in every later one.

use super::model::{Entry, NAMESPACE};
use crate::call::Call;
use crate::clock;
use crate::reply::Answer;
use crate::reply::{self, Failure};
use crate::xml::{self, Element};

/// Answers the operations on invalidations of a distribution.
pub(super) fn answer(entry: &mut Entry, call: &Call) -> Answer {
    match call.operation.as_str() {
        "CreateInvalidation" => {
            let batch = xml::parse(&call.body)
                .ok_or_else(|| Failure::new(400, "MalformedXML", "The XML document is malformed."))?;
            let id = format!("I{}", uuid::Uuid::new_v4().simple().to_string().to_uppercase());
            let id = id.get(..14).unwrap_or(&id).to_owned();
            let time = clock::now_ms();
            let root = describe(&id, batch.clone(), time, "InProgress");
            entry.invalidations.push((id, batch.document(), time));
            Ok(reply::xml(201, &root))
        }
        "GetInvalidation" => {
            let segments = call.segments();
            let id = segments.last().map_or("", String::as_str);
            let found = entry.invalidations.iter().find(|(own, ..)| own == id);
            let Some((id, batch, time)) = found else {
                let message = "The specified invalidation does not exist.";
                return Err(Failure::new(404, "NoSuchInvalidation", message));
            };
            let batch = xml::parse(batch.as_bytes()).unwrap_or_default();
            Ok(reply::xml(200, &describe(id, batch, *time, "Completed")))
        }
        _ => {
            let items = entry.invalidations.iter().map(|(id, _, time)| {
                Element::new("InvalidationSummary")
                    .field("Id", id.as_str())
                    .field("CreateTime", clock::iso(*time))
                    .field("Status", "Completed")
            });
            let mut root = Element::new("InvalidationList");
            NAMESPACE.clone_into(&mut root.attributes);
            let root = root
                .field("Marker", "")
                .field("MaxItems", "100")
                .field("IsTruncated", "false")
                .field("Quantity", entry.invalidations.len().to_string())
                .with(Element::new("Items").with_all(items));
            Ok(reply::xml(200, &root))
        }
    }
}

fn describe(id: &str, mut batch: Element, time: i64, status: &str) -> Element {
    batch.attributes.clear();
    let mut root = Element::new("Invalidation");
    NAMESPACE.clone_into(&mut root.attributes);
    root.field("Id", id)
        .field("Status", status)
        .field("CreateTime", clock::iso(time))
        .with(batch)
}
