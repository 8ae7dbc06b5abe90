//! The refusal of connections without TLS, beside the statements of others.

use iac_core::model::{Resolved, ResourceError};

use super::work::Work;
use crate::{
    error::failed,
    policy::{PolicyDocument, Principal, Statement},
};

impl Work<'_> {
    /// Adds the statement that refuses connections without TLS to those that are there; whether it was among them.
    pub(super) async fn policy(&self, bucket: &str) -> Result<bool, ResourceError> {
        let operation = "s3:GetBucketPolicy";
        let live = self
            .retried(|| async {
                let request = self.aws.s3.get_bucket_policy().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner);
                request.send().await.map_err(failed(operation))
            })
            .await;
        let mut document: PolicyDocument = match live {
            Ok(live) => PolicyDocument::from_json(live.policy.as_deref().unwrap_or_default())
                .map_err(|error| ResourceError::invalid(error.to_string()).during(operation))?,
            Err(error) if error.code == "NoSuchBucketPolicy" => PolicyDocument::new(),
            Err(error) => return Err(error),
        };
        let refusal = only_over_tls(self.aws.partition(), bucket);
        let right = refuses(&document, &refusal)?;
        if !right {
            document = document.statement(refusal);
            let text = resolved(&document)?.to_json();
            self.retried(|| async {
                let request = self.aws.s3.put_bucket_policy().bucket(bucket);
                let request = request.expected_bucket_owner(self.owner).policy(&text);
                request.send().await.map_err(failed("s3:PutBucketPolicy"))
            })
            .await?;
        }
        Ok(right)
    }
}

fn only_over_tls(partition: &str, bucket: &str) -> Statement {
    let arn = format!("arn:{partition}:s3:::{bucket}");
    Statement::deny()
        .sid("OnlyOverTls")
        .principal(Principal::Anyone)
        .actions(["s3:*"])
        .resources([format!("{arn}/*"), arn])
        .condition("Bool", "aws:SecureTransport", ["false"])
}

/// Whether the document has that statement, under any name.
fn refuses(document: &PolicyDocument, refusal: &Statement) -> Result<bool, ResourceError> {
    let nameless = |mut document: PolicyDocument<Resolved>| {
        for statement in &mut document.statements {
            statement.sid = None;
        }
        document.canonical().statements
    };
    let wanted = nameless(resolved(&PolicyDocument::new().statement(refusal.clone()))?);
    let there = nameless(resolved(document)?);
    Ok(wanted.iter().all(|statement| there.contains(statement)))
}

fn resolved(document: &PolicyDocument) -> Result<PolicyDocument<Resolved>, ResourceError> {
    document
        .resolved()
        .map_err(|error| ResourceError::invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_is_known_under_any_name_and_spelling() {
        let refusal = only_over_tls("aws", "state");
        let text = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "*"},
            {"Sid": "tls", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*",
             "Resource": ["arn:aws:s3:::state", "arn:aws:s3:::state/*"], "Condition": {"Bool": {"aws:SecureTransport": false}}}
        ]}"#;
        let document = PolicyDocument::from_json(text).unwrap();
        assert!(refuses(&document, &refusal).unwrap());
        assert!(!refuses(&document, &only_over_tls("aws", "other")).unwrap());
        assert!(!refuses(&PolicyDocument::new(), &refusal).unwrap());
    }
}
