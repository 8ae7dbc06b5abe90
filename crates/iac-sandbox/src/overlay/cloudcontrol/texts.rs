//! Texts as AWS forms them: ARNs, ids, addresses and times.

use iac_cloudcontrol::Operation;
use serde_json::Value;

use super::generate::{Maker, short};
use super::model::uuid_of;
use super::words;
use crate::account_id::ACCOUNT_ID;

impl Maker<'_> {
    /// Texts that AWS might choose, the likeliest first.
    pub(super) fn candidates(&self, name: &str, schema: &Value) -> Vec<String> {
        let region = self.region;
        let service = self.service();
        let id = self.digits.get(..17).unwrap_or_default();
        let format = schema["format"].as_str().unwrap_or_default();
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        let ends = |end: &str| name.ends_with(end);
        if self.facts.name() == "AWS::SQS::Queue" && name == "QueueUrl" {
            return vec![format!("https://sqs.{region}.amazonaws.com/{ACCOUNT_ID}/{}", self.name)];
        }
        if format == "date-time" || ["Time", "Date", "At"].iter().any(|end| ends(end)) {
            return vec!["2026-01-01T00:00:00Z".to_owned(), "2026-01-01T00:00:00.000Z".to_owned()];
        }
        if ends("Arn") || ends("ARN") || format.ends_with(".Arn") || pattern.starts_with("^arn:") {
            return self.arns();
        }
        let url = format!("https://{id}.{service}.{region}.amazonaws.com");
        if ends("Url") || ends("URL") || ends("Uri") {
            return vec![url];
        }
        if ends("Ip") || ends("IpAddress") {
            return vec!["10.0.0.10".to_owned()];
        }
        if ends("Endpoint") || name == "Address" || ends("DomainName") || ends("DNSName") || ends("DnsName") {
            return vec![format!("{id}.{service}.{region}.amazonaws.com"), url];
        }
        if ends("AccountId") || ends("OwnerId") || ends("Owner") {
            return vec![ACCOUNT_ID.to_owned()];
        }
        if ends("Region") {
            return vec![region.to_owned()];
        }
        let mut all = Vec::new();
        let resource = self.facts.name().rsplit("::").next().unwrap_or_default();
        let is_own = name == "Id" || name == format!("{resource}Id") || self.facts.identifier().contains(&name);
        if let Some(prefix) = words::prefix(self.facts.name()).filter(|_| is_own || name == "GroupId") {
            all.push(format!("{prefix}{id}"));
        }
        // ids of other things have the prefix of those: `VpcId`
        let other = name.strip_suffix("Id").or_else(|| name.strip_suffix("Ids"));
        if let Some(prefix) = other.and_then(|other| words::prefix(&format!("AWS::EC2::{}", spelled(other)))) {
            all.push(format!("{prefix}{id}"));
        }
        all.extend([
            format!("{}-{id}", short(self.facts)),
            uuid_of(&self.digits),
            id.to_owned(),
            self.arn(),
            url,
            self.digits.to_uppercase(),
            format!("{}{id}", literal(pattern)),
        ]);
        all.extend(
            [10, 12, 26, 32]
                .into_iter()
                .filter_map(|count| Some(self.digits.get(..count)?.to_owned())),
        );
        all.extend(
            [10, 26]
                .into_iter()
                .filter_map(|count| Some(letters(self.digits.get(..count)?))),
        );
        all.push("1".to_owned());
        all
    }

    /// The word before the colon in IAM actions and ARNs: that of the action which creates the type.
    fn service(&self) -> String {
        let mut parts = self.facts.name().split("::").skip(1);
        let (service, resource) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let service = service.to_lowercase();
        let actions = self.facts.permissions(Operation::Create).into_iter();
        let actions: Vec<(&str, &str)> = actions.filter_map(|action| action.split_once(':')).collect();
        let of = |is_it: &dyn Fn(&str, &str) -> bool| {
            let found = actions.iter().find(|(service, verb)| is_it(service, verb));
            found.map(|(service, _)| (*service).to_owned())
        };
        of(&|_, verb| verb.strip_prefix("Create") == Some(resource))
            .or_else(|| of(&|word, _| word == service))
            .or_else(|| of(&|_, verb| verb.starts_with("Create") || verb.starts_with("Put")))
            .or_else(|| of(&|_, _| true))
            .unwrap_or(service)
    }

    fn arn(&self) -> String {
        self.arns().into_iter().next().unwrap_or_default()
    }

    /// ARNs as AWS forms them, the likeliest first.
    fn arns(&self) -> Vec<String> {
        let service = self.service();
        let is_global = words::GLOBAL.contains(&service.as_str());
        let region = if is_global { "" } else { self.region };
        let account = if service == "s3" { "" } else { ACCOUNT_ID };
        let (start, name) = (format!("arn:aws:{service}:{region}:{account}:"), &self.name);
        let kind = words::kind(self.facts.name());
        let word = kind.trim_end_matches(['/', ':']);
        let uuid = uuid_of(&self.digits);
        vec![
            format!("{start}{kind}{name}"),
            format!("{start}{word}/{uuid}"),
            format!("{start}{word}:{name}"),
            format!("{start}{}/{name}", word.replace('-', "")),
            format!("{start}{name}"),
            format!("{start}/{word}s/{name}"),
        ]
    }
}

/// The name of a type as its ids spell it: `Vpc` is `VPC`.
fn spelled(name: &str) -> String {
    if name.eq_ignore_ascii_case("vpc") {
        "VPC".to_owned()
    } else {
        name.to_owned()
    }
}

/// The text a pattern begins with.
fn literal(pattern: &str) -> String {
    let text = pattern.trim_start_matches(['^', '(']).chars();
    text.take_while(|letter| letter.is_ascii_alphanumeric() || "-_:/".contains(*letter))
        .collect()
}

/// Digits as letters.
fn letters(digits: &str) -> String {
    let shifted = digits.bytes().map(|byte| {
        if byte.is_ascii_digit() {
            byte - b'0' + b'k'
        } else {
            byte
        }
    });
    shifted.map(char::from).collect()
}
