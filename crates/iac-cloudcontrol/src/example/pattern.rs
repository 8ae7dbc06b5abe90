//! Texts made of a pattern: a walk over what it is parsed to.
//!
//! What looks ahead or behind is left out, so that a text must be held against the whole pattern.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};
use regex_syntax::parse;

/// A pattern that texts can be made of.
pub(super) struct Source(Hir);

/// No text is longer.
const MOST: usize = 4096;

/// What is written where a pattern leaves it open.
const WORDS: [&str; 4] = ["example", "another", "sample", "other"];

/// The characters for a place that takes no word, in the order of preference.
const PREFERRED: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:=+@ ";

impl Source {
    /// `None` for a pattern that cannot be read.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        let pattern = without_looks(&readable(pattern));
        let translated = jsonschema_regex::to_rust_regex(&pattern).ok();
        let translated = translated.and_then(|pattern| parse(&pattern).ok());
        translated.or_else(|| parse(&pattern).ok()).map(Self)
    }

    /// A text: another one for most variants, and `longer` times more of what may be repeated. `None` if it is very long.
    pub(super) fn text(&self, variant: usize, longer: usize) -> Option<String> {
        let mut text = String::new();
        let writer = Writer { variant, longer };
        writer.write(&self.0, &mut text)?;
        Some(text)
    }
}

/// The pattern with what only Java's and ECMA Script's engines read in other words.
pub(super) fn readable(pattern: &str) -> String {
    const WORDS: [(&str, &str); 7] = [
        // the end of the text
        (r"\Z", "$"),
        // a class is not the beginning of a range
        (r"\w-", r"\w\-"),
        (r"\s-", r"\s\-"),
        (r"\p{Z}-", r"\p{Z}\-"),
        // halves of characters beyond the first plane; examples have none
        (r"\uD800\uDBFF-\uDC00\uDFFF", ""),
        (r"\uD800\uDC00-\uDBFF\uDFFF", ""),
        (r"\uD83C-\uDBFF\uDC00-\uDFFF", ""),
    ];
    let read = |pattern: String, (word, other): (&str, &str)| pattern.replace(word, other);
    WORDS.into_iter().fold(pattern.to_owned(), read)
}

/// The pattern with empty groups in place of those that look ahead or behind.
fn without_looks(pattern: &str) -> String {
    let mut kept = String::new();
    let mut rest = pattern;
    let mut in_class = false;
    // how many groups are open within one that is left out; the group itself is one
    let mut skipped = 0_usize;
    while let Some(first) = rest.chars().next() {
        let is_look = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| rest.starts_with(look));
        let taken = match first {
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            _ => first.len_utf8(),
        };
        match first {
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && skipped > 0 => skipped += 1,
            '(' if !in_class && is_look => skipped = 1,
            ')' if !in_class && skipped == 1 => {
                skipped = 0;
                kept.push_str("(?:");
            }
            ')' if !in_class && skipped > 1 => skipped -= 1,
            _ => {}
        }
        if skipped == 0 {
            kept.push_str(&rest[..taken]);
        }
        rest = &rest[taken..];
    }
    kept
}

struct Writer {
    variant: usize,
    longer: usize,
}

impl Writer {
    fn write(&self, hir: &Hir, text: &mut String) -> Option<()> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(class) => text.push(self.character(class, 0)?),
            HirKind::Capture(group) => self.write(&group.sub, text)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.write(part, text))?,
            HirKind::Alternation(parts) => self.write(parts.get(self.variant % parts.len())?, text)?,
            HirKind::Repetition(repetition) => self.repeat(repetition, text)?,
        }
        (text.len() <= MOST).then_some(())
    }

    fn repeat(&self, repetition: &Repetition, text: &mut String) -> Option<()> {
        let least = repetition.min as usize;
        let most = repetition.max.map_or(usize::MAX, |most| most as usize);
        if let HirKind::Class(class) = repetition.sub.kind() {
            let fits = |word: &&str| (least..=most).contains(&word.len()) && word.chars().all(|c| has(class, c));
            if self.longer == 0
                && let Some(word) = self.words(text, least).into_iter().find(fits)
            {
                text.push_str(word);
                return Some(());
            }
            for at in 0..least.saturating_add(self.longer).min(most).min(MOST) {
                text.push(self.character(class, at)?);
            }
            return Some(());
        }
        // an ARN has a partition, where a pattern leaves that open too
        let usual = usize::from(text == "arn:").max(least);
        for _ in 0..usual.saturating_add(self.longer).min(most) {
            self.write(&repetition.sub, text)?;
        }
        Some(())
    }

    /// The words for the next place of a text, the likeliest first.
    fn words(&self, text: &str, least: usize) -> Vec<&'static str> {
        let mut words = Vec::new();
        if text.starts_with("arn:") && text.ends_with(':') {
            words.extend(match text.matches(':').count() {
                1 => Some("aws"),
                3 => Some("us-east-1"),
                4 => Some("123456789012"),
                _ => None,
            });
        }
        if text.ends_with(":us-") {
            words.push("east");
        } else if text.ends_with(':') && least == 2 {
            words.push("us");
        }
        // what may be empty is written where something is expected
        if least > 0 || text.ends_with([':', '/', '=']) {
            words.push(WORDS[self.variant % WORDS.len()]);
        }
        words
    }

    /// The character for a place of a run.
    fn character(&self, class: &Class, at: usize) -> Option<char> {
        let word = WORDS[self.variant % WORDS.len()];
        let upper = word.to_uppercase();
        let digits = "1234567890";
        for run in [word, digits, upper.as_str()] {
            if run.chars().all(|c| has(class, c)) {
                let start = if run == digits { self.variant } else { 0 };
                return run.chars().nth((start + at) % run.len());
            }
        }
        let allowed: Vec<char> = PREFERRED.chars().filter(|c| has(class, *c)).collect();
        let chosen = allowed.get(self.variant % allowed.len().max(1)).copied();
        chosen
            .or_else(|| {
                ranges(class)
                    .into_iter()
                    .map(|(start, _)| start)
                    .find(|c| !c.is_control())
            })
            .or_else(|| ranges(class).first().map(|(start, _)| *start))
    }
}

fn has(class: &Class, character: char) -> bool {
    ranges(class)
        .iter()
        .any(|(start, end)| (*start..=*end).contains(&character))
}

fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
    }
}
