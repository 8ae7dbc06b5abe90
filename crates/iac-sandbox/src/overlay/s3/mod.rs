//! S3, served here in full.
//!
//! The winterbaume service keeps no headers, tags or checksums of objects beyond content type and metadata, reads
//! keys that are not ASCII as Latin-1, forgets versions written before versioning was enabled, and gives new buckets
//! none of the defaults of AWS. So little of it would be left that this folder keeps buckets and objects itself:
//! configurations as the documents they are, objects as version lists with their headers.

mod aspect;
mod aspect_rules;
mod bucket;
mod conditions;
mod delete;
mod listing;
mod model;
mod multipart;
mod object;
mod part;
mod policy;
mod read;
mod subresource;

use std::collections::BTreeMap;

use bytes::Bytes;
use winterbaume_core::MockResponse;

use crate::call::Call;
use crate::emulator::{Emulator, Part, ServiceSnapshot};
use crate::error::SandboxError;
use crate::reply::{self, Answer};
use crate::s3_target::target;
use crate::service::Service;
use model::Buckets;

/// The S3 of a sandbox.
#[derive(Default)]
pub(super) struct S3 {
    buckets: Buckets,
    /// Contents of objects and parts by digest.
    bodies: BTreeMap<String, Bytes>,
}

impl S3 {
    fn route(&mut self, call: &Call) -> Answer {
        let at = target(call);
        let operation = call.operation.as_str();
        if operation == "ListBuckets" {
            return Ok(bucket::list(&self.buckets, call));
        }
        if operation == "CreateBucket" {
            return bucket::create(&mut self.buckets, call, &at.bucket);
        }
        let Some(found) = self.buckets.get_mut(&at.bucket) else {
            return Err(bucket::missing(&at.bucket));
        };
        if found.region != call.region {
            return Ok(bucket::redirect(call, &found.region));
        }
        if operation == "DeleteBucket" {
            found.refuse_unless_empty()?;
            self.buckets.remove(&at.bucket);
            return Ok(reply::empty(204));
        }
        if at.key.is_empty() {
            match operation {
                "HeadBucket" => Ok(bucket::head(found)),
                "ListObjectsV2" | "ListObjects" => Ok(listing::objects(found, call, &at.bucket)),
                "ListObjectVersions" => Ok(listing::versions(found, call, &at.bucket)),
                "ListMultipartUploads" => Ok(multipart::list(found, &at.bucket)),
                "DeleteObjects" => delete::many(found, call),
                _ => aspect::answer(found, call, &at.bucket),
            }
        } else {
            self.object(call, &at.bucket, &at.key)
        }
    }

    fn object(&mut self, call: &Call, bucket: &str, key: &str) -> Answer {
        match call.operation.as_str() {
            "CopyObject" => return object::copy(&mut self.buckets, call, bucket, key),
            "UploadPartCopy" => {
                return multipart::copy_part(&mut self.buckets, &mut self.bodies, call, bucket);
            }
            _ => {}
        }
        let Some(found) = self.buckets.get_mut(bucket) else {
            return Err(bucket::missing(bucket));
        };
        let bodies = &mut self.bodies;
        match call.operation.as_str() {
            "PutObject" => object::put(found, bodies, call, key),
            "GetObject" | "HeadObject" => read::read(found, bodies, call, key),
            "DeleteObject" => delete::one(found, call, key),
            "CreateMultipartUpload" => Ok(multipart::create(found, call, bucket, key)),
            "UploadPart" => multipart::part(found, bodies, call),
            "ListParts" => multipart::parts(found, call, bucket, key),
            "CompleteMultipartUpload" => multipart::complete(found, bodies, call, bucket, key),
            "AbortMultipartUpload" => multipart::abort(found, call),
            _ => subresource::answer(found, call, key),
        }
    }
}

impl Emulator for S3 {
    fn answer(&mut self, call: &Call) -> MockResponse {
        let before = part::contents(&self.buckets, call);
        let answer = self.route(call);
        match before {
            Some(before) => {
                let now = part::contents(&self.buckets, call).unwrap_or_default();
                for gone in before.difference(&now).filter(|digest| !self.buckets.uses(digest)) {
                    self.bodies.remove(gone);
                }
            }
            None if !self.bodies.is_empty() && call.operation.starts_with(['A', 'C', 'D', 'P', 'U']) => {
                let used = self.buckets.bodies();
                self.bodies.retain(|name, _| used.contains(name));
            }
            None => {}
        }
        answer.unwrap_or_else(|failure| reply::failure(call, &failure))
    }

    fn knows(&self, _region: &str, kind: &str, value: &str) -> Option<bool> {
        (kind == "AWS::S3::Bucket.Name").then(|| self.buckets.get(value).is_some())
    }

    fn save(&self) -> Result<ServiceSnapshot, SandboxError> {
        let document = serde_json::to_value(&self.buckets).map_err(|error| SandboxError::Emulator {
            service: Service::S3.name(),
            action: "give",
            reason: error.to_string(),
        })?;
        let bodies = self.bodies.clone().into_iter().collect();
        Ok(ServiceSnapshot { document, bodies })
    }

    fn load(&mut self, snapshot: ServiceSnapshot) -> Result<(), SandboxError> {
        self.buckets = serde_json::from_value(snapshot.document).map_err(|error| SandboxError::Emulator {
            service: Service::S3.name(),
            action: "take",
            reason: error.to_string(),
        })?;
        self.bodies = snapshot.bodies.into_iter().collect();
        Ok(())
    }

    fn part(&self, call: &Call) -> Option<Part> {
        part::changed(&self.buckets, &self.bodies, call)
    }

    fn put_part(&mut self, part: Part) -> Result<(), SandboxError> {
        self.bodies.extend(part.bodies);
        part::put(&mut self.buckets, &part.name, part.state).map_err(|reason| SandboxError::Emulator {
            service: Service::S3.name(),
            action: "take",
            reason,
        })
    }

    fn inventory(&self) -> Vec<String> {
        self.buckets.inventory()
    }
}
