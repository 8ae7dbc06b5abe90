//! One request as the sandbox sees it: its service, operation and region, its parameters and its whole body.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;

use crate::operation;
use crate::service::{Protocol, Service};

/// A parsed request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(crate) region: String,
    pub(crate) method: String,
    pub(crate) uri: String,
    /// The host without a port.
    pub(crate) host: String,
    /// The path as sent, still percent-encoded.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The form of the query protocols.
    pub(crate) form: BTreeMap<String, String>,
}

impl Call {
    /// Reads a request; `None` when it is for no service the sandbox knows.
    pub(crate) fn parse(method: &str, uri: &str, mut headers: HeaderMap, body: Bytes) -> Option<Self> {
        let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
        let (authority, target) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let host = authority.split(':').next()?.to_owned();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = if path.is_empty() { "/" } else { path };
        let (scope_region, scope_service) = scope(&headers).unwrap_or_default();
        let service = Service::from_name(&scope_service).or_else(|| service_of_host(&host))?;
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
        let mut call = Self {
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

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the form.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(String::as_str)
    }

    /// The members of a numbered list of the form: `prefix.1`, `prefix.2` and so on.
    pub(crate) fn list(&self, prefix: &str) -> Vec<String> {
        (1..)
            .map_while(|n| self.form.get(&format!("{prefix}.{n}")).cloned())
            .collect()
    }

    /// The same for a request and its repetitions, and for no other.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.service, &self.method, &self.uri, &self.operation, &self.body).hash(&mut hasher);
        hasher.finish()
    }

    /// The segments of the path, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| decode(part, false))
            .collect()
    }
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

/// Reads `a=b&c` pairs, of a query or of a form.
pub(crate) fn parameters(text: &str) -> BTreeMap<String, String> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key, true), decode(value, true))
        })
        .collect()
}

/// Undoes percent-encoding; in forms and queries a plus sign is a space.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Encodes as the query protocols and S3 listings do: everything but unreserved characters.
pub(crate) fn encode(text: &str, keep: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || keep.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A form as a body.
#[cfg(feature = "iam")]
pub(crate) fn form_body(form: &BTreeMap<String, String>) -> Bytes {
    let pairs: Vec<String> = form
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key, ""), encode(value, "")))
        .collect();
    Bytes::from(pairs.join("&"))
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
    fn encoding_and_decoding_agree_for_any_text() {
        let text = "a b+c/ü%1";
        assert_eq!(decode(&encode(text, ""), true), text);
        assert_eq!(decode("a+b", false), "a+b");
    }

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
