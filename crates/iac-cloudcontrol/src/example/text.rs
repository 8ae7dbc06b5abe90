//! Texts that match what a schema wants of them.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use fancy_regex::Regex;
use serde_json::Value;

use super::formats::{COMMON, of_format, of_name};
use super::pattern::{Source, readable};

/// What a text must be like.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    pub(super) patterns: Vec<String>,
    pub(super) least: usize,
    pub(super) most: usize,
    /// Texts to try first, for what the format or the name says.
    likely: Vec<&'static str>,
}

impl Wanted {
    /// A text of any length.
    pub(super) fn of(patterns: &[Value], format: &str, name: &str) -> Self {
        let patterns = patterns.iter().filter_map(Value::as_str).map(str::to_owned);
        Self {
            patterns: patterns.collect(),
            least: 0,
            most: usize::MAX,
            likely: [of_format(format), of_name(name)].concat(),
        }
    }
}

type Made = BTreeMap<(Wanted, usize), Vec<String>>;

/// What was made, since a few patterns are those of most properties. There are as many entries as schemas of texts.
static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);

/// Whether a text matches a pattern, of the pairs that were looked at last.
static MATCHED: LazyLock<Mutex<BTreeMap<(String, String), bool>>> = LazyLock::new(Mutex::default);
const MATCHED_MOST: usize = 20_000;

/// Different texts that match, the most readable first: some, and `count` if there are so many.
pub(super) fn texts(wanted: &Wanted, count: usize) -> Vec<String> {
    let count = count.next_power_of_two().max(4);
    let key = (wanted.clone(), count);
    let known = MADE.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    known.unwrap_or_else(|| {
        let made = Search::new(wanted, count).found();
        let mut cache = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        cache.insert(key, made.clone());
        made
    })
}

/// Whether a text matches a pattern; one that no engine can read matches all.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let key = (pattern.to_owned(), text.to_owned());
    let known = MATCHED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .copied();
    known.unwrap_or_else(|| {
        let matched = compiled(pattern).is_none_or(|regex| regex.is_match(text).unwrap_or(false));
        remember(key, matched);
        matched
    })
}

fn remember(key: (String, String), matched: bool) {
    let mut cache = MATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= MATCHED_MOST {
        cache.clear();
    }
    cache.insert(key, matched);
}

/// How long a text is, as JSON schemas count.
pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

/// The schemas' patterns are for Java or ECMA Script.
fn compiled(pattern: &str) -> Option<Regex> {
    let pattern = readable(pattern);
    let translated = jsonschema_regex::to_rust_regex(&pattern).ok();
    let translated = translated.and_then(|pattern| Regex::new(&pattern).ok());
    translated.or_else(|| Regex::new(&pattern).ok())
}

/// A search for some texts.
struct Search<'w> {
    wanted: &'w Wanted,
    count: usize,
    patterns: Vec<(&'w str, Option<Regex>)>,
    found: Vec<String>,
}

impl<'w> Search<'w> {
    fn new(wanted: &'w Wanted, count: usize) -> Self {
        let patterns = wanted
            .patterns
            .iter()
            .map(|pattern| (pattern.as_str(), compiled(pattern)));
        Self {
            wanted,
            count,
            patterns: patterns.collect(),
            found: Vec::new(),
        }
    }

    fn found(mut self) -> Vec<String> {
        // what cannot be checked had better be made of the pattern
        if self.patterns.iter().any(|(_, regex)| regex.is_none()) {
            self.generate();
        }
        let likely = self.wanted.likely.iter().chain(COMMON).copied();
        self.consider(likely.map(str::to_owned));
        self.generate();
        if self.found.len() < self.count {
            self.vary();
        }
        self.found
    }

    /// The common words, as long as they must be or as short.
    fn vary(&mut self) {
        let (least, most) = (self.wanted.least, self.wanted.most);
        let words = [
            "example-",
            "another-",
            "example",
            "another",
            "1234567890",
            "e",
            "a",
            "1",
            "",
            "0",
        ];
        let long = words.map(|word| word.chars().cycle().take(least).collect());
        let short = words.map(|word| word.chars().take(most).collect());
        let numbered =
            (2..self.count + 9).flat_map(|number| ["example-", "example"].map(|word| format!("{word}{number}")));
        self.consider(long.into_iter().chain(short).chain(numbered));
    }

    fn consider(&mut self, texts: impl Iterator<Item = String>) {
        for text in texts {
            if self.found.len() >= self.count {
                return;
            }
            let fits = (self.wanted.least..=self.wanted.most).contains(&length(&text)) && !self.found.contains(&text);
            if fits && self.is_match(&text) {
                self.found.push(text);
            }
        }
    }

    fn is_match(&self, text: &str) -> bool {
        let is = |regex: &Regex| regex.is_match(text).unwrap_or(false);
        let matched = self.patterns.iter().all(|(_, regex)| regex.as_ref().is_none_or(is));
        if matched {
            for (pattern, _) in &self.patterns {
                remember(((*pattern).to_owned(), text.to_owned()), true);
            }
        }
        matched
    }

    /// Texts that are made of the patterns: the shortest first, since most bounds are above.
    fn generate(&mut self) {
        const LONGER: [usize; 15] = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 1024];
        let sources: Vec<Source> = self
            .patterns
            .iter()
            .filter_map(|(pattern, _)| Source::parse(pattern))
            .collect();
        for longer in LONGER.into_iter().chain([self.wanted.least]) {
            for variant in 0..8 {
                if self.found.len() >= self.count {
                    return;
                }
                let texts: Vec<String> = sources
                    .iter()
                    .filter_map(|source| source.text(variant, longer))
                    .collect();
                // a pattern need not be of the whole text
                let around = texts
                    .iter()
                    .flat_map(|text| [format!("{text}example"), format!("example {text}")]);
                let around: Vec<String> = around.collect();
                self.consider(texts.into_iter().chain(around));
            }
        }
    }
}
