//! Reads a request: what service and region it is for, which operation it is, and its body without transfer frames.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;

use crate::call::Call;
use crate::encoding::parameters;
use crate::operation;
use crate::service::{Protocol, Service};

/// Reads a request; `None` when it is for no service the sandbox knows.
pub(crate) fn parse(method: &str, uri: &str, mut headers: HeaderMap, body: Bytes) -> Option<Call> {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let (authority, target) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let host = authority.split(':').next()?.to_owned();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = if path.is_empty() { "/" } else { path };
    let (scope_region, scope_service) = scope(&headers).unwrap_or_default();
    let service = Service::from_scope(&scope_service).or_else(|| service_of_host(&host))?;
    let region = if scope_region.is_empty() {
        region_of_host(&host)
    } else {
        scope_region
    };
    let body = plain_body(&mut headers, body);
    let form = match service.protocol() {
        Protocol::Query | Protocol::Ec2 => std::str::from_utf8(&body).map(parameters).unwrap_or_default(),
        _ => BTreeMap::new(),
    };
    let mut call = Call {
        service,
        operation: String::new(),
        region,
        method: method.to_owned(),
        uri: uri.to_owned(),
        host,
        path: path.to_owned(),
        query: parameters(query),
        headers,
        body,
        form,
    };
    call.operation = operation::name(&call);
    Some(call)
}

/// The region and service a request is signed for.
fn scope(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let credential = text.split("Credential=").nth(1)?.split(',').next()?;
    let mut parts = credential.split('/').skip(2);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

fn service_of_host(host: &str) -> Option<Service> {
    host.split('.').find_map(|label| {
        let name = if label.starts_with("s3-") { "s3" } else { label };
        Service::from_name(name)
    })
}

fn region_of_host(host: &str) -> String {
    host.split('.')
        .find(|label| label.matches('-').count() >= 2 && label.ends_with(|c: char| c.is_ascii_digit()))
        .unwrap_or("us-east-1")
        .to_owned()
}

/// Takes a body out of the `aws-chunked` frames in which the SDK streams; checksums that follow the last chunk
/// become headers, as if they had been sent first.
fn plain_body(headers: &mut HeaderMap, body: Bytes) -> Bytes {
    let chunked = headers
        .get("x-amz-content-sha256")
        .is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
    if !chunked {
        return body;
    }
    let mut plain = BytesMut::with_capacity(body.len());
    let mut rest = body.as_ref();
    while let Some((line, after)) = split_line(rest) {
        let size = std::str::from_utf8(line)
            .ok()
            .and_then(|line| usize::from_str_radix(line.split(';').next()?.trim(), 16).ok());
        match size {
            Some(0) => {
                rest = after;
                break;
            }
            Some(size) if size <= after.len() => {
                let (chunk, after) = after.split_at(size);
                plain.extend_from_slice(chunk);
                rest = after.strip_prefix(b"\r\n").unwrap_or(after);
            }
            _ => return body,
        }
    }
    while let Some((line, after)) = split_line(rest) {
        let trailer = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.split_once(':'))
            .and_then(|(name, value)| {
                Some((
                    http::HeaderName::from_bytes(name.trim().as_bytes()).ok()?,
                    http::HeaderValue::from_str(value.trim()).ok()?,
                ))
            });
        if let Some((name, value)) = trailer {
            headers.insert(name, value);
        }
        rest = after;
    }
    plain.freeze()
}

fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 2..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streamed_bodies_lose_their_frames_and_keep_their_checksum() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-amz-content-sha256",
            http::HeaderValue::from_static("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        );
        let body = Bytes::from_static(b"5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:abc=\r\n\r\n");
        assert_eq!(plain_body(&mut headers, body), "hello world");
        assert_eq!(headers.get("x-amz-checksum-crc32").unwrap(), "abc=");
    }
}
