//! Lists page by page.

use serde_json::{Value, json};

use super::answer::{Answer, error};

/// So many are in a page, whatever `MaxResults` says.
const SIZE: usize = 100;

/// The page of a list that a request asks for; its token is how many came before it.
pub(super) fn of(name: &str, items: Vec<Value>, input: &Value) -> Answer {
    let start = match input["NextToken"].as_str() {
        None => 0,
        Some(token) => token
            .parse()
            .map_err(|_| error("InvalidRequestException", "The next token is not one of this list"))?,
    };
    let end = start + SIZE;
    let next = (end < items.len()).then(|| end.to_string());
    let page: Vec<Value> = items.into_iter().skip(start).take(SIZE).collect();
    let mut answer = json!({ name: page });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}
